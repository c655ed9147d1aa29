// What is told to daily-js, and how.

const MESSAGE = "iframe-call-message";
const ASSISTANT = "assistant"; // the remote participant's id
const ASSISTANT_NAME = "Vapi Speaker"; // the name the package waits for
const SHARED_TRACK = "daily-custom-track"; // stands for a track that postMessage cannot carry

const id = window._daily.pendings.shift();

/** Tell daily-js something. */
const tell = (message) =>
  window.postMessage({ ...message, what: MESSAGE, callClientId: id, from: "embedded" }, origin());

/** Pages opened from a file have no origin to name. */
const origin = () => (window.location.origin === "null" ? "*" : window.location.origin);

/** What daily-js reads of a participant. */
function participant(sessionId, name, local, audioState) {
  const off = () => ({ state: "off", subscribed: false, off: { byUser: true } });
  const audio = audioState === "playable";
  return {
    session_id: sessionId,
    user_id: sessionId,
    user_name: name,
    local,
    owner: false,
    record: false,
    audio,
    video: false,
    screen: false,
    joined_at: null,
    will_eject_at: new Date(0),
    permissions: { hasPresence: true, canSend: true, canReceive: { base: true }, canAdmin: false },
    tracks: {
      audio: { state: audioState, subscribed: true, ...(audioState === "off" && { off: { byUser: true } }) },
      video: off(),
      screenAudio: off(),
      screenVideo: off(),
    },
  };
}

/** An error that a page can show: `type` is for programs, `message` for people. */
class CallError extends Error {
  constructor(type, message) {
    super(message);
    this.type = type;
  }

  asReply() {
    return { message: this.message, errorMsg: this.message, type: this.type };
  }
}

function tellCameraError(error) {
  const told = { type: error.type, msg: error.message, blockedMedia: ["audio"] };
  const errorMsg = { errorMsg: error.message, audioOk: false, videoOk: true };
  tell({ action: "camera-error", message: error.message, errorMsg, error: told });
}

const tellConnection = (event) =>
  tell({ action: "network-connection", type: "peer-to-peer", event });
