import "./main.css";
import "htmx.org/dist/htmx.esm.js";
import { followTheme } from "./islands/theme.js";
import { followChat } from "./islands/chat.js";
import { followCopies } from "./islands/copy.js";

followTheme(document);
followChat(document);
followCopies(document);
