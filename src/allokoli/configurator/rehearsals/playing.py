"""A simulated caller talks with an assistant they know nothing of, and says what came of it."""

from datetime import datetime
from typing import Protocol

from allokoli.blueprint import Blueprint
from allokoli.blueprint.rehearsal import SimulatedCaller
from allokoli.blueprint.rehearsal_hearing import asked
from allokoli.blueprint.rehearsal_judging import told, unread
from allokoli.blueprint.rehearsal_speaker import CONFIRM, MOST_TURNS, Speaker
from allokoli.configurator.rehearsals.written_call import Answer


class Line(Protocol):
    """Whoever answers."""

    async def say(self, words: str) -> Answer: ...


async def play(
    line: Line,
    blueprint: Blueprint,
    caller: SimulatedCaller,
    now: datetime,
    transcript: list[dict[str, str]],
) -> tuple[str, ...]:
    """Hold a simulated call.

    Args:
        line: to the assistant.
        blueprint: of the assistant.
        caller: who calls.
        now: when, aware.
        transcript: filled with `{role, text}` as the call goes, the caller first.

    Returns:
        What did not come out right: fields never read back, `answer`, `outcome`.

    Raises:
        AlloKoliError: the assistant could not be heard.
    """
    speaker, answer = Speaker(caller), Answer("", ended=False)
    read_back = took_leave = False
    for _ in range(MOST_TURNS):
        asking = asked(blueprint, answer.text, now) if answer.text else []
        read_back = read_back or CONFIRM in asking
        words = speaker.next_line(asking, answer.text)
        transcript.append({"role": "user", "text": words})
        answer = await line.say(words)
        transcript.append({"role": "assistant", "text": answer.text})
        took_leave = words == caller.goodbye
        if answer.ended or took_leave:
            break
    said = " ".join(one["text"] for one in transcript if one["role"] == "assistant")
    missing = list(unread(blueprint, caller, said))
    if not all(told(text, said, blueprint.language) for text in caller.expected.heard):
        missing.append("answer")
    if not _came_out(caller, said, ended=answer.ended, took_leave=took_leave, read_back=read_back):
        missing.append("outcome")
    return tuple(missing)


def _came_out(
    caller: SimulatedCaller, said: str, *, ended: bool, took_leave: bool, read_back: bool
) -> bool:
    """Who wanted something we do hears it concluded; who did not is let go, with an answer."""
    if caller.expected.fields:
        return ended and not took_leave
    return bool(said.strip()) and (took_leave or ended) and not read_back
