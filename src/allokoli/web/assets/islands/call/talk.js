// Talking with AlloKoliConfig on the page of the conversation: what is said aloud appears there like
// what is written, and what is written meanwhile is answered aloud too.

import { CallError, Connection, openMicrophone } from "./connection.js";
import { Meter } from "./meter.js";

const HANG_UP_LIMIT_MS = 2500;
const SETTLING_MS = 80;
const BUSY = ["permission", "connecting", "in-call", "ending"];

export class TalkBar {
  #root;
  #words;
  #meter;
  #connection = null;
  #changes = null;
  #muted = false;
  #settling = 0;
  #written = null;

  constructor(root) {
    this.#root = root;
    this.#words = JSON.parse(root.dataset.words);
    this.#meter = new Meter(this.#one("[data-meter]"));
    this.#one("[data-talk]").addEventListener("click", () => this.#start());
    this.#one("[data-hang-up]").addEventListener("click", () => this.#hangUp());
    this.#one("[data-mute]").addEventListener("click", () => this.#toggleMute());
    addEventListener("pagehide", () => this.#connection?.close());
    document.addEventListener("htmx:after:swap", (event) => this.#swapped(event));
    document.addEventListener("htmx:before:request", (event) => this.#asked(event));
    root.hidden = false;
  }

  async #start() {
    this.#one("[data-trouble]").hidden = true;
    if (this.#muted) this.#toggleMute();
    try {
      this.#show("permission");
      const microphone = await openMicrophone();
      this.#show("connecting");
      const connection = (this.#connection = new Connection(microphone, {
        message: (message) => this.#receive(message),
        voice: (stream) => this.#play(stream),
        connected: () => this.#connected(),
        lost: () => this.#end("lost"),
      }));
      this.#meter.follow(microphone);
      await connection.start(this.#root.dataset.callUrl);
      this.#follow();
    } catch (error) {
      this.#fail(error instanceof CallError ? error.code : "unreachable");
    }
  }

  // Told of each change of the conversation; the page then asks for what it must show.
  #follow() {
    this.#changes = new EventSource(this.#root.dataset.changesUrl);
    this.#changes.addEventListener("changed", () => this.#refresh());
  }

  #refresh() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#one("[data-refresh]").dispatchEvent(new CustomEvent("refresh"));
    }, SETTLING_MS);
  }

  #swapped(event) {
    if (!this.#connection || !event.target.closest?.("[data-refresh]")) return;
    this.#answerAloud();
    if (!document.querySelector("[data-composer] textarea")) this.#root.dataset.over = "true";
  }

  #asked(event) {
    if (!this.#connection || !event.target.closest?.("[data-composer]")) return;
    this.#written = event.detail.ctx.request.body?.get?.("text") ?? null;
  }

  // What was written during the call has its answer on the page: the voice gives it too.
  #answerAloud() {
    const turns = [...document.querySelectorAll("[data-thread] [data-role]")];
    const mine = turns.findLast((turn) => turn.dataset.role === "owner");
    const answer = turns.at(-1);
    if (this.#written === null || !mine || answer === mine) return;
    if (plain(mine.lastElementChild.textContent) !== plain(this.#written)) return;
    this.#written = null;
    this.#connection.say(answer.lastElementChild.textContent);
  }

  #connected() {
    if (this.#root.dataset.state === "connecting") this.#show("in-call");
  }

  #receive(message) {
    if (message.type === "transcript" && message.role === "user") {
      this.#one("[data-heard]").textContent = message.transcript;
    }
    if (message.type === "status-update" && message.status === "in-progress") this.#connected();
    if (message.type === "status-update" && message.status === "ended") this.#end(message.endedReason);
    if (message.type === "speech-update" && message.role === "assistant") {
      this.#root.dataset.speaking = String(message.status === "started");
    }
  }

  #hangUp() {
    this.#connection?.hangUp();
    this.#show("ending");
    setTimeout(() => this.#end("customer-ended-call"), HANG_UP_LIMIT_MS);
  }

  #end(reason) {
    if (!BUSY.includes(this.#root.dataset.state)) return;
    if (reason === "lost") return this.#fail("lost");
    this.#stop();
    this.#show("ended");
    this.#root.dataset.endedReason = reason ?? "";
    this.#refresh();
    this.#one("[data-talk]").focus({ preventScroll: true });
  }

  #fail(code) {
    this.#stop();
    this.#show("idle");
    this.#root.dataset.error = code;
    this.#one("[data-trouble-text]").textContent = this.#words.errors[code] ?? this.#words.errors.unreachable;
    this.#one("[data-trouble]").hidden = false;
  }

  #stop() {
    this.#changes?.close();
    this.#connection?.close();
    this.#changes = this.#connection = null;
    this.#meter.stop();
    this.#root.dataset.speaking = "false";
    this.#one("[data-heard]").textContent = "";
    this.#one("audio").srcObject = null;
  }

  #show(state) {
    this.#root.dataset.state = state;
    const busy = BUSY.includes(state);
    this.#one("[data-state-text]").textContent = busy || state === "ended" ? this.#words[state] : "";
    this.#one("[data-talk]").hidden = busy && state !== "permission";
    this.#one("[data-talk]").disabled = state === "permission";
    this.#one("[data-line]").hidden = !busy || state === "permission";
    if (state === "connecting") this.#one("[data-hang-up]").focus({ preventScroll: true });
  }

  #toggleMute() {
    this.#muted = !this.#muted;
    this.#connection?.mute(this.#muted);
    const button = this.#one("[data-mute]");
    button.setAttribute("aria-pressed", String(this.#muted));
    button.setAttribute("aria-label", this.#muted ? this.#words.unmute : this.#words.mute);
    this.#one("[data-mic-on]").hidden = this.#muted;
    this.#one("[data-mic-off]").hidden = !this.#muted;
  }

  #play(stream) {
    const voice = this.#one("audio");
    voice.srcObject = stream;
    voice.play?.().catch(() => {});
  }

  #one(selector) {
    return this.#root.querySelector(selector);
  }
}

function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}
