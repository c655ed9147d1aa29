import { CallPage } from "./islands/call/page.js";

const root = document.querySelector("#call");
if (root) new CallPage(root);
