// A page that uses the official package as anyone would, and notes what it is told.
import * as module from "@vapi-ai/web";

const Vapi = module.default.default ?? module.default;
const EVENTS = [
  "call-start", "call-end", "speech-start", "speech-end", "volume-level", "local-volume-level",
  "message", "error", "camera-error", "audio", "call-start-success", "call-start-failed",
  "network-quality-change", "network-connection", "daily-participant-updated",
];

/** Everything emitted, in order: `[name, what]`. */
window.emitted = [];

window.open_client = ({ key, baseUrl, daily }) => {
  const vapi = new Vapi(key, baseUrl, daily);
  for (const name of EVENTS) {
    vapi.on(name, (what) => window.emitted.push([name, plain(what)]));
  }
  window.vapi = vapi;
};

window.of = (name) => window.emitted.filter(([one]) => one === name).map(([, what]) => what);
window.messages = (type) => window.of("message").filter((one) => one.type === type);
window.said_by = (role) =>
  window.messages("transcript")
    .filter((one) => one.role === role && one.transcriptType === "final")
    .map((one) => one.transcript);

function plain(what) {
  if (what instanceof HTMLElement) return what.tagName;
  return what === undefined ? null : JSON.parse(JSON.stringify(what));
}

window.ready = true;
