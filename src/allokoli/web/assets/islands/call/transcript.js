// The live transcript as data: Vapi's `transcript` messages in, turns out. Pure, so it is tested
// without a browser.

/**
 * Take one transcript message into the list of turns.
 *
 * Partial texts replace one another; a final text closes its turn; two final texts of the same
 * speaker in a row belong to the same turn.
 *
 * @param {{role: string, text: string, partial: string}[]} turns
 * @param {{role: string, transcriptType: string, transcript: string}} message
 * @returns {{role: string, text: string, partial: string}[]} a new list
 */
export function hear(turns, message) {
  const role = message.role === "user" ? "user" : "assistant";
  const words = message.transcript.trim();
  const final = message.transcriptType === "final";
  const open = turns.findLastIndex((turn) => turn.role === role && turn.partial);
  const last = turns.length - 1;
  const at = open >= 0 ? open : turns[last]?.role === role ? last : -1;
  if (at < 0) {
    if (!words) return turns;
    return [...turns, { role, text: final ? words : "", partial: final ? "" : words }];
  }
  const turn = turns[at];
  const said = final
    ? { role, text: [turn.text, words].filter(Boolean).join(" "), partial: "" }
    : { role, text: turn.text, partial: words };
  return turns.with(at, said);
}

/** What a turn shows. */
export function shown(turn) {
  return [turn.text, turn.partial].filter(Boolean).join(" ");
}

/** Seconds as m:ss. */
export function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
