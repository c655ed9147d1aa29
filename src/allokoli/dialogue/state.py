"""Where a conversation stands, and what it says next."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Phase = Literal["open", "collecting", "confirming", "correcting", "closed"]


@dataclass(slots=True)
class State:
    """Everything needed to go on; plain values only, so that it can be stored as JSON.

    Attributes:
        values: the answers, by slot.
        goal: what the person wants.
        phase: `confirming` waits for a yes, `correcting` for what to change.
        asking: the slots asked in the last reply.
        tries: how often each slot was asked in vain.
        silences, misses: in a row.
        turns: sentences heard so far, silences included.
        notes: what else must be remembered (part of the day, digits of an unfinished number).
        said: the last question, to repeat it.
        outcome: how it ended (`done`, `silence`, `left`, …).
    """

    values: dict[str, Any] = field(default_factory=dict)
    goal: str | None = None
    phase: Phase = "open"
    asking: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    silences: int = 0
    misses: int = 0
    turns: int = 0
    notes: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    outcome: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "State":
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


@dataclass(frozen=True, slots=True)
class Trace:
    """Why the reply is what it is.

    Attributes:
        heard: what was understood, one line each (`party_size=4 ← "4 personnes"`).
        decision: the rule that chose the reply.
    """

    heard: tuple[str, ...] = ()
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said next.

    Attributes:
        text: the sentence.
        ended: whether the conversation is over with it.
        asking: the first slot asked, or None.
        suggestions: quick answers to show.
        action: what the host should do (`confirmed`, `human`, …), or None.
        trace: why.
    """

    text: str
    ended: bool = False
    asking: str | None = None
    suggestions: tuple[str, ...] = ()
    action: str | None = None
    trace: Trace = field(default_factory=Trace)
