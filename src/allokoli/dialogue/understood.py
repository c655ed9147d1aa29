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
        goal_words: what first says what they want, dropped later or not.
        goal_named: whether that is a phrase of the lexicon.
        aside_words: what first asks something, answered or not.
        words: the sentence.
        heard: each thing understood, for the trace alone.
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
    goal_words: str = ""
    goal_named: bool = False
    aside_words: str = ""
    words: str = ""
    heard: list[Heard] = field(default_factory=list)

    def hear(self, thing: Heard) -> None:
        """Note what says the wish or the question, for the steps to come and for the trace."""
        self.heard.append(thing)
        if thing.kind == "goal" and not self.goal_words:
            self.goal_words, self.goal_named = thing.words, thing.how == "lexicon"
        if thing.kind == "aside" and not self.aside_words:
            self.aside_words = thing.words
