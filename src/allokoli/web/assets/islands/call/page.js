// The test page: one call at a time, its states, its controls and its live transcript.

import { CallError, Connection, openMicrophone } from "./connection.js";
import { Meter } from "./meter.js";
import { clock, hear, shown } from "./transcript.js";

const HANG_UP_LIMIT_MS = 2500;

export class CallPage {
  #root;
  #words;
  #connection = null;
  #meter;
  #turns = [];
  #muted = false;
  #startedAt = 0;
  #ticking = 0;
  #call = null;

  constructor(root) {
    this.#root = root;
    this.#words = JSON.parse(root.dataset.words);
    this.#meter = new Meter(this.#one("#meter"));
    this.#one("#start-call").addEventListener("click", () => this.#start());
    this.#one("#hang-up").addEventListener("click", () => this.#hangUp());
    this.#one("#mute").addEventListener("click", () => this.#toggleMute());
    addEventListener("pagehide", () => this.#connection?.close());
  }

  async #start() {
    this.#reset();
    try {
      this.#show("permission");
      const microphone = await openMicrophone();
      this.#show("connecting");
      const { callUrl, token, platformId } = this.#root.dataset;
      const connection = (this.#connection = new Connection(microphone, {
        message: (message) => this.#receive(message),
        voice: (stream) => this.#play(stream),
        connected: () => this.#connected(),
        lost: () => this.#end("lost"),
      }));
      this.#meter.follow(microphone);
      this.#call = await connection.start(callUrl, {
        body: { assistantId: platformId },
        headers: { authorization: `Bearer ${token}` },
      });
    } catch (error) {
      this.#connection?.close();
      this.#fail(error instanceof CallError ? error.code : "unreachable");
    }
  }

  #connected() {
    if (this.#root.dataset.state !== "connecting") return;
    this.#startedAt = performance.now();
    this.#show("in-call");
    this.#ticking = setInterval(() => {
      this.#one("#call-clock").textContent = clock((performance.now() - this.#startedAt) / 1000);
    }, 500);
  }

  #receive(message) {
    if (message.type === "transcript") this.#write(message);
    if (message.type === "status-update" && message.status === "in-progress") this.#connected();
    if (message.type === "status-update" && message.status === "ended") this.#end(message.endedReason);
    if (message.type === "speech-update") {
      this.#one("[data-halo]").dataset.live = String(message.role === "assistant" && message.status === "started");
    }
  }

  #write(message) {
    this.#turns = hear(this.#turns, message);
    const log = this.#one("#transcript");
    this.#one("[data-transcript-empty]").hidden = this.#turns.length > 0;
    this.#turns.forEach((turn, i) => {
      const bubble = log.children[i] ?? log.appendChild(this.#bubble(turn.role));
      bubble.lastChild.textContent = shown(turn);
      bubble.classList.toggle("bubble-partial", Boolean(turn.partial));
    });
    log.scrollTop = log.scrollHeight;
  }

  #bubble(role) {
    const bubble = document.createElement("p");
    bubble.className = `bubble bubble-new${role === "user" ? " bubble-mine" : ""}`;
    bubble.dataset.role = role;
    bubble.dir = "auto";
    const who = document.createElement("span");
    who.className = "sr-only";
    who.textContent = `${this.#words[role]} `;
    bubble.append(who, document.createTextNode(""));
    return bubble;
  }

  #hangUp() {
    if (this.#root.dataset.state === "in-call") {
      this.#connection?.hangUp();
      this.#show("ending");
      setTimeout(() => this.#end("customer-ended-call"), HANG_UP_LIMIT_MS);
    } else {
      this.#end("customer-ended-call");
    }
  }

  #end(reason) {
    if (["idle", "ended", "failed"].includes(this.#root.dataset.state)) return;
    this.#stop();
    if (reason === "lost") return this.#fail("lost");
    this.#show("ended");
    const details = this.#one("#call-details");
    if (this.#call) details.href = `${details.dataset.calls}/${this.#call.id}`;
    const sentence = this.#words.reasons[reason];
    if (sentence) this.#one("#call-state").textContent = sentence;
    this.#root.dataset.endedReason = reason ?? "";
  }

  #fail(code) {
    this.#stop();
    this.#show("failed");
    this.#root.dataset.error = code;
    this.#one("[data-call-error-text]").textContent = this.#words.errors[code] ?? this.#words.errors.unreachable;
    this.#one("#call-error").hidden = false;
  }

  #stop() {
    clearInterval(this.#ticking);
    this.#connection?.close();
    this.#connection = null;
    this.#meter.stop();
    this.#one("[data-halo]").dataset.live = "false";
    this.#one("#assistant-voice").srcObject = null;
  }

  #reset() {
    this.#turns = [];
    this.#call = null;
    this.#one("#transcript").replaceChildren();
    this.#one("[data-transcript-empty]").hidden = false;
    this.#one("#call-error").hidden = true;
    this.#one("#call-clock").textContent = "0:00";
    delete this.#root.dataset.error;
    if (this.#muted) this.#toggleMute();
  }

  #show(state) {
    this.#root.dataset.state = state;
    const busy = ["permission", "connecting", "in-call", "ending"].includes(state);
    this.#one("#call-state").textContent = this.#words[state];
    this.#one("#start-call").hidden = busy && state !== "permission";
    this.#one("#start-call").disabled = state === "permission";
    this.#one("#hang-up").hidden = !busy || state === "permission";
    this.#one("[data-in-call]").hidden = !busy || state === "permission";
    this.#one("[data-idle]").hidden = busy || state === "ended";
    this.#one("#call-clock").hidden = !["in-call", "ending", "ended"].includes(state);
    this.#one("#call-details").hidden = state !== "ended";
    if (state === "connecting") this.#one("#hang-up").focus();
  }

  #toggleMute() {
    this.#muted = !this.#muted;
    this.#connection?.mute(this.#muted);
    this.#one("#mute").setAttribute("aria-pressed", String(this.#muted));
    this.#one("[data-mute-label]").textContent = this.#muted ? this.#words.unmute : this.#words.mute;
    this.#one("[data-mic-on]").hidden = this.#muted;
    this.#one("[data-mic-off]").hidden = !this.#muted;
  }

  #play(stream) {
    const voice = this.#one("#assistant-voice");
    voice.srcObject = stream;
    voice.play?.().catch(() => {});
  }

  #one(selector) {
    return this.#root.querySelector(selector);
  }
}
