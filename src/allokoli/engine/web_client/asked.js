// What daily-js asks, and the replies.

let call = null;
const NOT_IN_A_CALL = { local: { public: {}, streams: {} }, participants: {}, streams: {} };

// What daily-js asks; what is returned is the reply.
const actions = {
  async "join-meeting"({ properties, preloadCache }) {
    call?.close();
    call = new Call(properties);
    try {
      await call.join(properties, preloadCache);
    } catch (error) {
      const known = error instanceof CallError ? error : new CallError("unknown", String(error?.message ?? error));
      if (["permissions", "not-found", "mic-in-use"].includes(known.type)) tellCameraError(known);
      call.close();
      return { error: known.asReply() };
    }
    return {};
  },
  // daily-js waits for the answer, even when the call is over already.
  "leave-meeting": () => (call && !call.over ? call.leave() : tell({ action: "left-meeting" })),
  "app-msg": ({ data }) => call?.send(data),
  "local-audio": ({ state }) => call?.mute(!state),
  "set-allow-local-audio": ({ state }) => call?.mute(!state),
  "update-participant": ({ id: who, properties }) => call?.update(who, properties),
  "update-participants": ({ participants }) =>
    Object.entries(participants).forEach(([who, changes]) => call?.update(who, changes)),
  "start-remote-participants-audio-level-observer": ({ interval }) => call?.observeAssistant(interval),
  "stop-remote-participants-audio-level-observer": () => call?.stop("assistant"),
  "start-local-audio-level-observer": ({ interval }) => call?.observeSelf(interval),
  "stop-local-audio-level-observer": () => call?.stop("self"),
  // The browser's own noise suppression is on from the start; there is no other to choose.
  async "update-input-settings"({ inputSettings }) {
    const { deviceId, customTrack } = inputSettings.audio?.settings ?? {};
    if (deviceId || customTrack) await call?.useMicrophone(deviceId ?? SHARED_TRACK);
    const settings = deviceId ? { deviceId } : {};
    return { inputSettings: { audio: { settings, processor: { type: "none" } } } };
  },
  async "set-input-devices"({ audioDeviceId }) {
    if (audioDeviceId) await call?.useMicrophone(audioDeviceId);
    return call?.devices() ?? { camera: {}, mic: {}, speaker: {} };
  },
  "get-input-devices": () => call?.devices() ?? { returnPreloadCache: true },
  async "set-output-device"({ outputDeviceId }) {
    const players = document.querySelectorAll(`audio[data-participant-id="${ASSISTANT}"]`);
    await Promise.all([...players].map((player) => player.setSinkId?.(outputDeviceId)));
    return { ...call?.devices(), speaker: { deviceId: outputDeviceId } };
  },
  "get-calc-stats": () => call?.networkStats() ?? { stats: {} },
  "get-network-topology": () => ({ topology: "peer" }),
  "transmit-log": () => undefined,
};

async function asked(event) {
  const message = event.data;
  if (message?.what !== MESSAGE || message.from !== "module" || message.callClientId !== id) return;
  const act = actions[message.action];
  let reply;
  try {
    reply = act ? await act(message) : { error: `${message.action} is not available on this call.` };
  } catch (error) {
    reply = { error: error instanceof CallError ? error.asReply() : String(error?.message ?? error) };
  }
  if (message.callbackStamp) tell({ action: "reply", callbackStamp: message.callbackStamp, ...reply });
  if (message.action === "leave-meeting") forgetIfDestroyed();
}

/** daily-js destroys its instance just after leaving; nobody will speak to this one again. */
function forgetIfDestroyed() {
  setTimeout(() => {
    if (!window._daily?.instances?.[id]) window.removeEventListener("message", asked);
  }, 1000);
}

const begin = () => tell({ action: "call-machine-initialized" });

window.addEventListener("message", asked);
window._daily.instances[id].callMachine = {
  store: { getState: () => call?.state ?? NOT_IN_A_CALL },
  reset: begin,
};
begin();
