"""What one sentence was understood to say, completed step by step."""

from dataclasses import dataclass, field
from typing import Any

from allokoli.dialogue.entities.answers import Answer
from allokoli.dialogue.form import Aside, Goal
from allokoli.dialogue.state import Heard


@dataclass(slots=True)
class Understanding:
    """What was understood.

    Attributes:
        fills: answers, by slot.
        goal: what the person wants, when they said it.
        aside: a question of theirs that has an answer.
        answer: yes or no.
        social: `repeat`, `anything`, `goodbye`, …
        mentioned: a slot pointed at without an answer.
        question: whether they asked something.
        excepted: whether they made an exception (`yes, but…`).
        notes: what to remember (part of the day, unfinished digits).
        limits: the earliest and the latest hour that suit, said with the hour that was read.
        news: whether an answer was new, or to what was asked.
        asked: the part of the sentence that asks what nobody here can answer.
        only_asks: whether nothing is wanted but an answer.
        told: the part of the sentence that answers the goal's slot `tells`.
        words: the sentence.
        heard: each thing understood, for the trace.
    """

    fills: dict[str, Any] = field(default_factory=dict)
    goal: Goal | None = None
    aside: Aside | None = None
    answer: Answer | None = None
    social: str | None = None
    mentioned: str | None = None
    question: bool = False
    excepted: bool = False
    notes: dict[str, Any] = field(default_factory=dict)
    limits: tuple[str | None, str | None] | None = None
    news: bool = False
    asked: str = ""
    only_asks: bool = False
    told: str = ""
    words: str = ""
    heard: list[Heard] = field(default_factory=list)
