// The microphone, the engine's answer, and how loud a stream is.

const ANSWERING_MS = 15000;

/** The loudness of a stream over a moment, 0 to 1, from the growth of its energy in the statistics. */
class Loudness {
  #energy = 0;
  #seconds = 0;

  read(report) {
    const energy = (report.totalAudioEnergy ?? 0) - this.#energy;
    const seconds = (report.totalSamplesDuration ?? 0) - this.#seconds;
    this.#energy += energy;
    this.#seconds += seconds;
    return seconds > 0 && energy > 0 ? Math.min(1, Math.sqrt(energy / seconds)) : 0;
  }
}

/** A track the page handed to daily-js. */
const sharedTrack = () => window._daily?.instances?.[id]?.tracks?.audioTrack;

async function microphone(constraints) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new CallError("permissions", "A page must be served over HTTPS to use the microphone.");
  }
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...constraints };
  try {
    return (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks()[0];
  } catch (error) {
    const refused = ["NotAllowedError", "SecurityError"].includes(error.name);
    const missing = ["NotFoundError", "OverconstrainedError"].includes(error.name);
    const [type, said] = refused
      ? ["permissions", "The microphone was refused."]
      : missing
        ? ["not-found", "No microphone was found."]
        : ["mic-in-use", "The microphone cannot be opened."];
    throw new CallError(type, said);
  }
}

async function exchange(url, description) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sdp: description.sdp, type: description.type }),
      signal: AbortSignal.timeout(ANSWERING_MS),
    });
  } catch {
    throw new CallError("unreachable", "The voice engine cannot be reached.");
  }
  if (response.ok) return response.json();
  const said = [401, 403, 404].includes(response.status)
    ? "This call is over, or its address has expired."
    : `The voice engine refused the call (${response.status}).`;
  throw new CallError("refused", said);
}
