"""Where a conversation stands, and what it says next."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from allokoli.dialogue.form import Lookup

Phase = Literal["open", "collecting", "confirming", "correcting", "closed"]
AT_RECAP = frozenset({"confirming", "correcting"})
"""The phases in which what was understood is read back."""
LIMITS = "_limits"
"""Beside the answers: the earliest and the latest hour that suit, where they were said."""


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
        locale: the language spoken now; empty until the first sentence.
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
    locale: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "State":
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing understood from a sentence.

    Attributes:
        kind: `slot`, `goal`, `aside`, `answer`, `social`, `mentioned`, `language`.
        key: which one.
        value: the answer read, for a slot.
        words: the words it was read from.
        how: `lexicon` (a phrase of the data files), `meaning` (a sentence like it), `request` (a
            polite one), `statement` (what is wrong), `reading`, `correction`, or `spelling`.
        score: how near, from 0 to 1, when it was by meaning.
    """

    kind: str
    key: str
    value: Any = None
    words: str = ""
    how: str = "lexicon"
    score: float | None = None

    def __str__(self) -> str:
        value = f"={self.value!r}" if self.kind == "slot" else ""
        score = f" {self.score:.2f}" if self.score is not None else ""
        return f"{self.kind} {self.key}{value} ← “{self.words}” ({self.how}{score})"


@dataclass(frozen=True, slots=True)
class Trace:
    """Why the reply is what it is.

    Attributes:
        heard: what was understood.
        decision: the rule that chose the reply.
    """

    heard: tuple[Heard, ...] = ()
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
        locale: the language of the sentence.
        lookup: what the host must find out before there is a sentence; it then plays the same
            turns again with the answer.
    """

    text: str
    ended: bool = False
    asking: str | None = None
    suggestions: tuple[str, ...] = ()
    action: str | None = None
    trace: Trace = field(default_factory=Trace)
    locale: str = ""
    lookup: Lookup | None = None
