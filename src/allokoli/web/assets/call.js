import { CallPage } from "./islands/call/page.js";
import { TalkBar } from "./islands/call/talk.js";

const root = document.querySelector("#call");
if (root) new CallPage(root);
const bar = document.querySelector("#talk");
if (bar) new TalkBar(bar);
