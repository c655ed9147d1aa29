// One WebRTC call to the voice engine, as Vapi's clients start one: ask for a web call, send the
// offer with every candidate in it, take the answer. A data channel carries the client messages.

const GATHERING_LIMIT_MS = 3000;
const SAMPLE_RATE_HZ = 48000;

/** Why a call could not start or go on; `code` names the sentence to show. */
export class CallError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Open the microphone.
 *
 * @returns {Promise<MediaStream>}
 * @throws {CallError} insecure, refused, missing or busy
 */
export async function openMicrophone(devices = navigator.mediaDevices) {
  if (!devices?.getUserMedia) throw new CallError("insecure");
  try {
    return await devices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, sampleRate: SAMPLE_RATE_HZ },
    });
  } catch (error) {
    const codes = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", NotReadableError: "busy" };
    throw new CallError(codes[error.name] ?? "busy");
  }
}

export class Connection {
  #peer = null;
  #channel = null;
  #microphone;
  #on;

  /**
   * @param {MediaStream} microphone
   * @param {{message: (m: object) => void, voice: (s: MediaStream) => void, lost: () => void, connected: () => void}} on
   */
  constructor(microphone, on) {
    this.#microphone = microphone;
    this.#on = on;
  }

  /**
   * Start the call.
   *
   * @param {string} url that answers with a call: the engine's `/call/web`, or a page's
   * @param {{body?: object, headers?: object}} request what is asked of it
   * @returns {Promise<object>} the call
   * @throws {CallError} expired, full, gone, closed, unreachable
   */
  async start(url, { body = {}, headers = {} } = {}) {
    const call = await post(url, body, headers);
    const peer = (this.#peer = new RTCPeerConnection({ iceServers: [] }));
    peer.addEventListener("track", (event) => this.#on.voice(event.streams[0] ?? new MediaStream([event.track])));
    peer.addEventListener("connectionstatechange", () => this.#follow(peer.connectionState));
    this.#channel = peer.createDataChannel("chat", { ordered: true });
    this.#channel.addEventListener("message", (event) => this.#receive(event.data));
    for (const track of this.#microphone.getAudioTracks()) peer.addTrack(track, this.#microphone);
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const { sdp, type } = peer.localDescription;
    const answer = await post(sameOrigin(call.webCallUrl), { sdp, type });
    await peer.setRemoteDescription({ sdp: answer.sdp, type: answer.type });
    return call;
  }

  /** Ask the engine to end the call; it answers with a status update. */
  hangUp() {
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify({ type: "end-call" }));
  }

  /** Have the assistant say something, after what it is saying. */
  say(message) {
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify({ type: "say", message }));
  }

  mute(muted) {
    for (const track of this.#microphone.getAudioTracks()) track.enabled = !muted;
  }

  close() {
    for (const track of this.#microphone.getTracks()) track.stop();
    this.#channel?.close();
    this.#peer?.close();
    this.#peer = null;
  }

  #receive(data) {
    try {
      const message = JSON.parse(data);
      if (message?.type) this.#on.message(message);
    } catch {
      // Not JSON: a keep-alive of the transport.
    }
  }

  #follow(state) {
    if (!this.#peer) return;
    if (state === "connected") this.#on.connected();
    if (state === "failed" || state === "closed") this.#on.lost();
  }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, GATHERING_LIMIT_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(limit);
      resolve();
    });
  });
}

// The engine names itself by its public address; the page reaches it through its own.
function sameOrigin(address) {
  const { pathname, search } = new URL(address, location.href);
  return pathname + search;
}

async function post(url, body, headers = {}) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  } catch {
    throw new CallError("unreachable");
  }
  if (response.ok) return response.json();
  if (response.status === 401 || response.status === 403) throw new CallError("expired");
  if (response.status === 429) throw new CallError("full");
  if (response.status === 404) throw new CallError("gone");
  if (response.status === 409) throw new CallError("closed");
  throw new CallError("unreachable");
}
