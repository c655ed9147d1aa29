// One call: a WebRTC connection to the engine, and a data channel for its messages.

const LARGEST_MESSAGE = 65536;
const MOST_WAITING_MESSAGES = 100;
const GATHERING_MS = 3000;
const CONNECTING_MS = 20000;
const LAST_MESSAGES_MS = 3000;
const QUALITY_EVERY_MS = 5000;

class Call {
  #peer = new RTCPeerConnection({ iceServers: [] });
  #channel = null;
  #sender = null;
  #voice = null; // the assistant's track
  #microphone = null; // the caller's track
  #ownsMicrophone = false;
  #muted = false;
  #subscribed;
  #announced = false;
  #playable = false; // the page plays the assistant's track
  #ended = false; // the engine said that the call is over
  #over = false;
  #waiting = [];
  #timers = new Map();
  #interrupted = false;
  #heard = new Loudness();
  #spoken = new Loudness();
  #quality = { lost: 0, received: 0, state: "good" };

  constructor(properties) {
    this.#subscribed = properties.subscribeToTracksAutomatically !== false;
    const iceServers = properties.dailyConfig?.iceConfig?.iceServers;
    if (Array.isArray(iceServers)) this.#peer.setConfiguration({ iceServers });
  }

  get over() {
    return this.#over;
  }

  /** What daily-js looks tracks up in. */
  get state() {
    const started = new Date();
    const microphone = this.#microphone && new MediaStream([this.#microphone]);
    return {
      local: { public: {}, streams: { cam: { stream: microphone }, screen: { stream: null } } },
      participants: {},
      streams: this.#voice
        ? { voice: { participantId: ASSISTANT, type: "cam", pendingTrack: this.#voice, starttime: started } }
        : {},
    };
  }

  /** Open the microphone, exchange descriptions with the engine, and be in the call. */
  async join(properties, cache) {
    await this.#openMicrophone(properties, cache);
    this.#peer.addEventListener("track", (event) => (this.#voice = event.track));
    this.#peer.addEventListener("connectionstatechange", () => this.#follow());
    this.#channel = this.#peer.createDataChannel("messages", { ordered: true });
    this.#channel.addEventListener("open", () => this.#opened());
    this.#channel.addEventListener("message", (event) => this.#receive(event.data));
    this.#channel.addEventListener("close", () => this.#lost());
    if (this.#microphone) this.#sender = this.#peer.addTrack(this.#microphone);
    else this.#peer.addTransceiver("audio", { direction: "recvonly" });
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    await this.#gathered();
    const answer = await exchange(properties.url, this.#peer.localDescription);
    if (this.#over) throw new CallError("left", "The call was left before it began.");
    await this.#peer.setRemoteDescription({ sdp: answer.sdp, type: answer.type });
    this.#after("connecting", CONNECTING_MS, () => this.#lost());
    this.#every("quality", QUALITY_EVERY_MS, () => this.#watchQuality());
    tell({
      action: "joined-meeting",
      participants: { local: this.#self() },
      internal: { _maxAppMessageSize: LARGEST_MESSAGE },
    });
    this.#tellAssistant();
    const observed = cache?.remoteParticipantsAudioLevelObserver;
    if (observed?.enabled) this.observeAssistant(observed.interval);
    const self = cache?.localAudioLevelObserver;
    if (self?.enabled) this.observeSelf(self.interval);
  }

  /** Leave: the engine takes it for the caller hanging up. */
  leave() {
    if (this.#over) return;
    this.close();
    tell({ action: "left-meeting" });
  }

  /** Let everything go, without a word to the page. */
  close() {
    this.#over = true;
    for (const stop of this.#timers.values()) stop();
    this.#timers.clear();
    if (this.#ownsMicrophone) this.#microphone.stop();
    this.#peer.close();
  }

  /** Send a message of the page to the engine; "playable" only concerns the two of us. */
  send(data) {
    if (data === "playable") {
      this.#playable = true;
      this.#listening();
      return;
    }
    const text = typeof data === "string" ? data : JSON.stringify(data);
    if (this.#channel?.readyState === "open") this.#channel.send(text);
    else if (this.#waiting.length < MOST_WAITING_MESSAGES) this.#waiting.push(text);
  }

  mute(muted) {
    this.#muted = muted;
    if (this.#microphone) this.#microphone.enabled = !muted;
    tell({ action: "participant-updated", participant: this.#self() });
  }

  /** A page subscribes to the assistant's track, or mutes itself, by its participant's id. */
  update(who, changes) {
    if (who === "local" && typeof changes.setAudio === "boolean") this.mute(!changes.setAudio);
    const wanted = changes.setSubscribedTracks;
    if (who !== ASSISTANT || wanted === undefined) return;
    this.#subscribed = wanted === true || Boolean(wanted?.audio);
    this.#tellAssistant();
  }

  /** Speak through another microphone, or through a track of the page. */
  async useMicrophone(deviceId) {
    const shared = deviceId === SHARED_TRACK;
    const track = shared ? sharedTrack() : await microphone({ deviceId: { exact: deviceId } });
    if (!track) throw new CallError("not-found", "The page gave no track to send.");
    if (this.#ownsMicrophone) this.#microphone.stop();
    this.#microphone = track;
    this.#ownsMicrophone = !shared;
    track.enabled = !this.#muted;
    await this.#sender?.replaceTrack(track);
    tell({ action: "participant-updated", participant: this.#self() });
    tell({ action: "selected-devices-updated", devices: this.devices() });
  }

  devices() {
    const { deviceId = "default", groupId } = this.#microphone?.getSettings() ?? {};
    const mic = this.#microphone
      ? { deviceId, groupId, label: this.#microphone.label, kind: "audioinput" }
      : {};
    return { camera: {}, mic, speaker: {} };
  }

  observeAssistant(interval = 200) {
    this.#every("assistant", interval, async () => {
      const level = this.#heard.read(await this.#report("inbound-rtp"));
      tell({
        action: "remote-participants-audio-level",
        participantsAudioLevel: { [ASSISTANT]: level },
      });
    });
  }

  observeSelf(interval = 200) {
    this.#every("self", interval, async () => {
      const level = this.#spoken.read(await this.#report("media-source"));
      tell({ action: "local-audio-level", audioLevel: this.#muted ? 0 : level });
    });
  }

  stop(whom) {
    this.#timers.get(whom)?.();
    this.#timers.delete(whom);
  }

  async networkStats() {
    const pair = await this.#report("candidate-pair");
    const latest = { timestamp: Date.now(), networkRoundTripTime: pair.currentRoundTripTime ?? null };
    return { networkState: this.#quality.state, stats: { latest } };
  }

  async #openMicrophone(properties, cache) {
    const source = properties.audioSource ?? true;
    const settings = cache?.inputSettings?.audio?.settings ?? {};
    this.#muted = properties.startAudioOff === true || cache?.allowLocalAudio === false;
    if (source === false) return;
    if (source === SHARED_TRACK || settings.customTrack) {
      this.#microphone = sharedTrack() ?? null;
    }
    if (!this.#microphone) {
      const deviceId = typeof source === "string" ? source : settings.deviceId;
      this.#microphone = await microphone(deviceId ? { deviceId } : {});
      this.#ownsMicrophone = true;
    }
    this.#microphone.enabled = !this.#muted;
    this.#microphone.addEventListener("ended", () => this.#microphoneGone());
  }

  #microphoneGone() {
    if (this.#over) return;
    tell({ action: "participant-updated", participant: this.#self() });
    tellCameraError(new CallError("mic-in-use", "The microphone was unplugged or taken away."));
  }

  #self() {
    const gone = !this.#microphone || this.#microphone.readyState === "ended";
    const state = gone ? "blocked" : this.#muted ? "off" : "playable";
    return participant("local", "", true, state);
  }

  #tellAssistant() {
    const state = this.#voice && this.#subscribed ? "playable" : "loading";
    const action = this.#announced ? "participant-updated" : "participant-joined";
    this.#announced = true;
    tell({ action, participant: participant(ASSISTANT, ASSISTANT_NAME, false, state) });
  }

  #opened() {
    for (const text of this.#waiting.splice(0)) this.#channel.send(text);
    this.#listening();
  }

  #listening() {
    if (!this.#playable || this.#channel?.readyState !== "open") return;
    this.#playable = false;
    tell({ action: "app-message", fromId: ASSISTANT, data: "listening" });
  }

  #receive(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return; // a sign of life of the transport
    }
    if (message?.type === "signalling") {
      // The transport's own: the engine has hung up.
      if (message.message?.type === "peerLeft") this.#lost();
      return;
    }
    tell({ action: "app-message", fromId: ASSISTANT, data: text });
    if (message?.type === "status-update" && message.status === "ended") {
      this.#ended = true;
      this.#after("ended", LAST_MESSAGES_MS, () => this.leave());
    }
  }

  #follow() {
    const state = this.#peer.connectionState;
    if (state === "connected") {
      this.stop("connecting");
      if (this.#interrupted) tellConnection("connected");
      this.#interrupted = false;
    } else if (state === "disconnected") {
      this.#interrupted = true;
      tellConnection("interrupted");
    } else if (state === "failed") {
      this.#lost();
    }
  }

  /** The engine is gone: as announced, or without a word. */
  #lost() {
    if (this.#over) return;
    if (!this.#ended) {
      const msg = "The connection to the voice engine was lost.";
      tell({ action: "error", message: msg, errorMsg: msg, error: { type: "connection-lost", msg } });
    }
    this.leave();
  }

  async #watchQuality() {
    const inbound = await this.#report("inbound-rtp");
    const pair = await this.#report("candidate-pair");
    const lost = (inbound.packetsLost ?? 0) - this.#quality.lost;
    const received = (inbound.packetsReceived ?? 0) - this.#quality.received;
    this.#quality.lost += lost;
    this.#quality.received += received;
    const loss = lost > 0 ? lost / (lost + Math.max(0, received)) : 0;
    const roundTrip = pair.currentRoundTripTime ?? 0;
    const state = loss > 0.1 || roundTrip > 0.6 ? "bad" : loss > 0.03 || roundTrip > 0.3 ? "warning" : "good";
    this.#quality.state = state;
    const reasons = [...(loss > 0.03 ? ["recvPacketLoss"] : []), ...(roundTrip > 0.3 ? ["roundTripTime"] : [])];
    const threshold = state === "good" ? "good" : state === "bad" ? "very-low" : "low";
    const quality = state === "good" ? 100 : state === "warning" ? 60 : 20;
    tell({ action: "network-quality-change", state: { state, reasons }, threshold, quality });
  }

  async #report(type) {
    if (this.#over) return {};
    const chosen = (one) => one.type === type && (type !== "candidate-pair" || one.nominated);
    return [...(await this.#peer.getStats()).values()].find(chosen) ?? {};
  }

  #gathered() {
    if (this.#peer.iceGatheringState === "complete") return Promise.resolve();
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, GATHERING_MS);
      this.#peer.addEventListener("icegatheringstatechange", () => {
        if (this.#peer.iceGatheringState !== "complete") return;
        clearTimeout(limit);
        resolve();
      });
    });
  }

  #after(name, ms, act) {
    this.stop(name);
    const timer = setTimeout(act, ms);
    this.#timers.set(name, () => clearTimeout(timer));
  }

  #every(name, ms, act) {
    this.stop(name);
    const timer = setInterval(act, ms);
    this.#timers.set(name, () => clearInterval(timer));
  }
}
