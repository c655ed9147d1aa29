"""Rehearses a blueprint in memory: its simulated callers against its guided conversation."""

from dataclasses import dataclass
from datetime import datetime

from allokoli.blueprint.analysis import intent, structured_data
from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.guided import conversation
from allokoli.blueprint.rehearsal import SimulatedCaller, simulated_callers
from allokoli.blueprint.rehearsal_judging import noted, told
from allokoli.blueprint.rehearsal_speaker import CONFIRM, MOST_TURNS, Speaker
from allokoli.dialogue import State
from allokoli.dialogue.state import AT_RECAP


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How a simulated call went.

    Attributes:
        caller: who called.
        missing: what did not come out as it should: fields, `intent`, `outcome`, `answer`.
        transcript: (who, what was said): `user` or `assistant`.
    """

    caller: SimulatedCaller
    missing: tuple[str, ...]
    transcript: tuple[tuple[str, str], ...]

    @property
    def passed(self) -> bool:
        return not self.missing


def rehearse(
    blueprint: Blueprint, now: datetime, callers: tuple[SimulatedCaller, ...] | None = None
) -> tuple[Rehearsed, ...]:
    """Let simulated callers talk with the guided conversation of a blueprint.

    Args:
        blueprint: of the assistant.
        now: when they call, aware.
        callers: the blueprint's own by default.
    """
    made = simulated_callers(blueprint, now) if callers is None else callers
    return tuple(_rehearsed(blueprint, caller, now) for caller in made)


def _rehearsed(blueprint: Blueprint, caller: SimulatedCaller, now: datetime) -> Rehearsed:
    speaker, turns = Speaker(caller), list[str]()
    state, reply = conversation(blueprint, turns, now)
    transcript = [("assistant", reply.text)]
    while not reply.ended and len(turns) < MOST_TURNS:
        turns.append(speaker.next_line(_asking(state), reply.text))
        state, reply = conversation(blueprint, turns, now)
        transcript += [("user", turns[-1]), ("assistant", reply.text)]
    return Rehearsed(caller, _missing(blueprint, caller, state, transcript), tuple(transcript))


def _asking(state: State) -> list[str]:
    if state.phase in AT_RECAP:
        return [CONFIRM]
    return list(state.asking)


def _missing(
    blueprint: Blueprint,
    caller: SimulatedCaller,
    state: State,
    transcript: list[tuple[str, str]],
) -> tuple[str, ...]:
    expected = caller.expected
    found = structured_data(blueprint, state)
    said = " ".join(text for who, text in transcript if who == "assistant")
    missing = [key for key, value in expected.fields.items() if not noted(value, found.get(key))]
    if state.outcome not in expected.outcomes:
        missing.append("outcome")
    if expected.fields and intent(state) != expected.intent:
        missing.append("intent")
    if not all(told(answer, said, blueprint.language) for answer in expected.heard):
        missing.append("answer")
    return tuple(missing)
