"""Playing a written conversation against the guided model or the owner's guide."""

import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench.conversations.agenda import AgendaInMemory
from bench.conversations.person import Person
from bench.conversations.written import Conversation

from allokoli.blueprint.agenda_tools import AGENDA_TOOLS, books
from allokoli.blueprint.analysis import structured_data
from allokoli.blueprint.guided import conversation
from allokoli.configurator.conversation import OwnerState, hear
from allokoli.configurator.conversation import open as open_conversation
from allokoli.dialogue import Reply, State, plain_spaces

MOST_TURNS = 30
MOST_LOOKUPS = 10
_ANSWERED = ("aside", "repeat", "wait", "silence", "restart")
"""Decisions after which a question is rightly asked once more."""


@dataclass(slots=True)
class Played:
    """What came of a conversation.

    Attributes:
        written: the conversation.
        lines: (who, what) in the order they were said.
        fields: the caller's structured data, or the owner's blueprint.
        outcome: how it ended; `unfinished` when it never did, `broken`
            when playing it raised.
        turns: of the person.
        repetitions: questions asked again when nothing new had come.
        rectified: how often the person had to say that they were misunderstood.
        waits_s: what computing each reply took, in seconds.
        agenda: moments booked when it was over.
    """

    written: Conversation
    lines: list[tuple[str, str]] = field(default_factory=list)
    fields: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = "unfinished"
    turns: int = 0
    repetitions: int = 0
    rectified: int = 0
    waits_s: list[float] = field(default_factory=list)
    agenda: list[datetime] = field(default_factory=list)

    @property
    def heard(self) -> str:
        """Everything the assistant said."""
        return "\n".join(said for who, said in self.lines if who == "assistant")


def play(written: Conversation) -> Played:
    """Play a conversation to its end, or to `MOST_TURNS`. One that breaks is `broken`."""
    played = Played(written)
    try:
        _call(written, played) if written.side == "callers" else _guide(written, played)
    except Exception as error:  # noqa: BLE001 - whatever breaks is that conversation's failure
        played.outcome = "broken"
        at = traceback.extract_tb(error.__traceback__)[-1]
        played.lines.append(("broken", f"{at.filename}:{at.lineno}: {error!r}"))
    return played


def _call(written: Conversation, played: Played) -> None:
    blueprint = written.made()
    now = written.now.replace(tzinfo=ZoneInfo(blueprint.timezone))
    turns: list[str] = []
    known: dict[str, Any] = {}
    agenda = AgendaInMemory(blueprint, written.agenda, written.now)
    tools = AGENDA_TOOLS if books(blueprint) else frozenset()

    def replied() -> tuple[State, Reply]:
        for _ in range(MOST_LOOKUPS):
            state, reply = conversation(blueprint, turns, now, tools=tools, known=known)
            if reply.lookup is None:
                return state, reply
            known[reply.lookup.key] = agenda.answer(reply.lookup.name, reply.lookup.arguments)
        raise RuntimeError(f"{written.id}: more than {MOST_LOOKUPS} lookups in one turn")

    state, reply = replied()
    person = Person(written)
    played.lines.append(("assistant", plain_spaces(reply.text)))
    while not reply.ended and played.turns < MOST_TURNS:
        turns.append(person.next(state, structured_data(blueprint, state)))
        before = _standing(state)
        started_s = time.perf_counter()
        state, reply = replied()
        _note(played, turns[-1], before, state, reply, started_s)
    played.fields = structured_data(blueprint, state)
    played.rectified = person.rectified
    played.outcome = state.outcome or played.outcome
    played.agenda = agenda.moments


def _guide(written: Conversation, played: Played) -> None:
    now = written.now.replace(tzinfo=UTC)
    owner, reply = open_conversation(written.language, written.template)
    person = Person(written)
    played.lines.append(("assistant", plain_spaces(reply.text)))
    while owner.status != "confirmed" and played.turns < MOST_TURNS:
        said = person.next(owner.dialogue, owner.blueprint)
        before = _standing(owner.dialogue)
        started_s = time.perf_counter()
        owner, reply = hear(owner, said, now)
        _note(played, said, before, owner.dialogue, reply, started_s)
    played.fields = owner.blueprint
    played.rectified = person.rectified
    played.outcome = _status(owner)


def _status(owner: OwnerState) -> str:
    return "done" if owner.status == "confirmed" else "unfinished"


def _standing(state: State) -> tuple[Any, ...]:
    """What must have changed for the same question to be no repetition."""
    return (
        state.phase,
        state.goal,
        list(state.asking),
        dict(state.values),
        state.notes.get("digits"),
    )


def _note(
    played: Played,
    said: str,
    before: tuple[Any, ...],
    state: State,
    reply: Reply,
    started_s: float,
) -> None:
    played.waits_s.append(time.perf_counter() - started_s)
    played.turns += 1
    played.lines += [("person", said), ("assistant", plain_spaces(reply.text))]
    asks = bool(state.asking) or state.phase in {"confirming", "correcting"}
    again = asks and not reply.ended and before == _standing(state)
    if again and not reply.trace.decision.startswith(_ANSWERED):
        played.repetitions += 1
