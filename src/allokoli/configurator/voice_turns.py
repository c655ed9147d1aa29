"""Which words of a call are new to its conversation.

A voice platform sends the whole call with each turn, and may send the same turn again: after a
failure, or because the caller went on with a sentence that seemed over. Counting what was taken
tells the cases apart, so that nothing is ever taken twice.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answered:
    """A turn that was taken.

    Attributes:
        words: what was said in it.
        reply: what was answered.
        ended: whether the call was over with it.
    """

    words: str
    reply: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """The conversation before its last spoken turn, should that turn turn out to be longer.

    Attributes:
        state: of the conversation.
        messages, turns: how many there were.
        after: a digest of what the turn left; another one means that somebody wrote since.
    """

    state: dict[str, Any]
    messages: int
    turns: int
    after: str


@dataclass(slots=True)
class CallRecord:
    """A call as its conversation keeps it.

    Attributes:
        call: its id, which its token carries.
        answered: the turns taken, in order.
        before: what the last of them changed; None when it cannot be taken back.
        line: the call's id at the engine; None before it is known.
    """

    call: str
    answered: list[Answered] = field(default_factory=list)
    before: Before | None = None
    line: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any] | None) -> "CallRecord | None":
        """Read what `to_json` wrote; None for none."""
        if kept is None:
            return None
        before = kept.get("before")
        return cls(
            kept["call"],
            [Answered(**one) for one in kept["answered"]],
            Before(**before) if before else None,
            kept.get("line"),
        )


@dataclass(frozen=True, slots=True)
class Take:
    """Words to take into the conversation.

    Attributes:
        words: everything said that it does not know yet.
        instead: whether they replace those of the last turn taken.
        turns: how many turns the call has with them.
    """

    words: str
    instead: bool
    turns: int


def news(record: CallRecord, turns: Sequence[str]) -> Answered | Take:
    """What a request brings.

    Args:
        record: of the call.
        turns: everything the caller said in it, in order, at least one turn.

    Returns:
        The answer given before, to be given again; or the words to take.
    """
    known = len(record.answered)
    if len(turns) > known:
        new = " ".join(one for one in turns[known:] if one)
        return Take(new, instead=False, turns=len(turns))
    last = record.answered[len(turns) - 1]
    if len(turns) == known and turns[-1] != last.words and not last.ended:
        return Take(turns[-1], instead=True, turns=known)
    return last


def digest(state: dict[str, Any], messages: int) -> str:
    """What a conversation is, in a few characters."""
    whole = json.dumps([state, messages], sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()
