import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, hear, shown } from "../../../src/allokoli/web/assets/islands/call/transcript.js";

const say = (role, transcript, transcriptType = "final") => ({ role, transcript, transcriptType });
const all = (...messages) => messages.reduce(hear, []).map((turn) => [turn.role, shown(turn)]);

test("partial words give way to what was understood in the end", () => {
  assert.deepEqual(
    all(say("user", "une table", "partial"), say("user", "une table pour", "partial"), say("user", "Une table pour quatre.")),
    [["user", "Une table pour quatre."]],
  );
});

test("sentences of one answer make one turn", () => {
  assert.deepEqual(all(say("assistant", "Bonsoir !"), say("assistant", "Que puis-je faire pour vous ?")), [
    ["assistant", "Bonsoir ! Que puis-je faire pour vous ?"],
  ]);
});

test("each change of speaker opens a turn", () => {
  assert.deepEqual(all(say("assistant", "Bonsoir."), say("user", "Bonsoir."), say("assistant", "Oui ?")), [
    ["assistant", "Bonsoir."],
    ["user", "Bonsoir."],
    ["assistant", "Oui ?"],
  ]);
});

test("a caller who interrupts keeps their own turn when the cut sentence is completed after", () => {
  assert.deepEqual(
    all(say("assistant", "Je vous", "partial"), say("user", "Attendez", "partial"), say("assistant", "Je vous propose"), say("user", "Attendez.")),
    [
      ["assistant", "Je vous propose"],
      ["user", "Attendez."],
    ],
  );
});

test("a silence writes nothing", () => {
  assert.deepEqual(all(say("user", "  ")), []);
});

test("time is read in minutes and seconds", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(65.9), "1:05");
});
