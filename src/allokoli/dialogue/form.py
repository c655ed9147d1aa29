"""What a conversation has to find out, and what it can answer on the way."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from allokoli.dialogue.utterance import Utterance

SlotType = Literal[
    "text", "name", "phone", "email", "date", "time", "number", "choice", "yes_no", "custom"
]
Reader = Callable[[Utterance, bool, Mapping[str, Any]], Any]
"""Reads a slot its own way: (utterance, was it asked, answers so far) → value or None."""
Known = Mapping[str, Any]
"""What the outside world answered so far, by `Lookup.key`."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Something only the outside world knows (`is a table free?`), to be asked by the host.

    Attributes:
        name: the function to call.
        arguments: plain values.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same for the same question."""
        return f"{self.name} {json.dumps(self.arguments, sort_keys=True, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers a slot accepts, with the phrases that mean it, and sentences like it.

    `answer` is the yes or no that means it too, where the question can be answered so; `asked`,
    phrases that mean it only as an answer (`now`).
    """

    value: str
    label: str
    phrases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    answer: Literal["yes", "no"] | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing to find out.

    Attributes:
        key: its name in the answers.
        type: how it is read.
        label: what it is called when read back.
        required: whether the form is complete without it.
        ask: ways to ask for it, the next one after each failure.
        choices: for `choice`; for `number`, values said without a number (`just me`).
        patterns: phrases holding `{value}` that give it unasked (`je m'appelle {value}`).
        totals: for `number`, those that sum up the others said (`so that makes {value}`).
        mentions: phrases that point at it (`l'heure`), so that it can be asked again.
        none: what "no" means as an answer (`aucune`), or None when "no" answers nothing.
        leads: words dropped at the start of a free answer (`aux`, `une allergie aux`).
        details: what to ask after a bare "yes" to a slot that has `none`.
        default: what "as you like" means; None when there is no sensible proposal.
        proposal: how the default is announced.
        suggestions: quick answers.
        reader: reads a `custom` slot, or adds to what its type reads.
        minimum, maximum: bounds of a number.
        volunteered_only: never asked, only taken when offered.
        verbatim: the sentence is kept as said, never cut at corrections.
        asked_only: never read before it is asked.
        absent: phrases that mean `none`, asked or not (`pas d'allergies`).
        past: a date in the past, read with its year.
        check: refuses a value, asks to look something up first, or returns None.
    """

    key: str
    type: SlotType
    label: str
    required: bool = True
    ask: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    patterns: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    none: Any = None
    leads: tuple[str, ...] = ()
    details: str = ""
    default: Any = None
    proposal: str = ""
    suggestions: tuple[str, ...] = ()
    reader: Reader | None = None
    minimum: int = 1
    maximum: int = 10_000
    volunteered_only: bool = False
    verbatim: bool = False
    asked_only: bool = False
    absent: tuple[str, ...] = ()
    past: bool = False
    check: "Callable[[Any, Mapping[str, Any], Known], Refusal | Lookup | None] | None" = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value cannot be kept.

    Attributes:
        sentence: what is said.
        proposal: another value, offered in that sentence; a yes takes it. Several values, by slot,
            where the refusal comes from a goal.
        slots: the answers that a goal's refusal takes back.
    """

    sentence: str
    proposal: Any = None
    slots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """Something the person may want, with what must be known to do it.

    Attributes:
        key: its name (`book`).
        phrases: how it is said.
        hints: weaker words for it (`my booking`), heard when no phrase of a goal up to the last
            one with hints was said.
        examples: whole sentences that mean it.
        told: whole sentences that mean it and already answer its slot `tells` (`my boiler is
            leaking`, which is also the reason).
        stories: whole sentences that mean it of a booking that is only mentioned (`my husband's
            broken his foot, we'll have to give it up`).
        tells: that slot.
        newest: where a sentence holds two days or two hours, the last one counts (`from 7 to 8`).
        slots: the slots it needs, in the order they are asked.
        also: slots it takes when they are said, and never asks for.
        opening: said when it is recognized and something is still missing.
        recap: builds the sentence that reads everything back and asks for a yes.
        closing: builds the last sentence, from the answers and what `commit` gave; the
            conversation ends with it.
        together: groups of slots asked in one sentence, largest first.
        implied_by: slots whose answer implies this goal.
        at_once: end right away, with nothing to ask.
        asks: questions of this goal that replace the slots' own.
        confirm: whether a yes is needed before closing.
        action: reported with the last reply.
        check: refuses answers that do not hold together (no table left at that hour), asks to
            look something up first, gives more values to keep, or returns None. Called before
            each question.
        commit: does what was agreed: a lookup to make, what came of it, or why it cannot be done.
    """

    key: str
    phrases: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    tells: str = ""
    newest: bool = False
    slots: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    opening: str = ""
    recap: Callable[[Mapping[str, Any]], str] | None = None
    closing: Callable[[Mapping[str, Any], Mapping[str, Any]], str] | None = None
    together: tuple[tuple[tuple[str, ...], str], ...] = ()
    implied_by: frozenset[str] = frozenset()
    at_once: bool = False
    asks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confirm: bool = True
    action: str | None = None
    check: (
        Callable[[Mapping[str, Any], Known], Refusal | Lookup | Mapping[str, Any] | None] | None
    ) = None
    commit: Callable[[Mapping[str, Any], Known], Refusal | Lookup | Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A question that can be answered without leaving the form.

    Attributes:
        key: its name.
        answer: what is said; the form then goes on. Empty: nobody knows the answer.
        phrases: how it is said.
        examples: whole sentences that mean it.
        question: a written question, matched by its words and its meaning.
        goal: a goal to turn to after the answer.
        intent: the caller's intent it shows when nothing else was wanted.
        action: reported with the reply (`transfer`).
        at_once: said before anything else, whatever was being done (a vital emergency).
        fills: values it notes (`confirmation`: one was asked for).
        private: asks for what nobody is told; nothing in such a question is an answer or a wish.
    """

    key: str
    answer: str
    phrases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    question: str = ""
    goal: str | None = None
    intent: str | None = None
    action: str | None = None
    at_once: bool = False
    fills: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A whole conversation's worth of slots, goals and asides.

    Attributes:
        slots: every slot, whatever the goal.
        goals: what the person may want, most urgent first.
        asides: what can be answered on the way.
        wording: sentences of the policy (`again`, `closing_silence`, …), each with variants.
        default_goal: the goal taken when slots are answered before any was named.
        stuck_goal: the goal turned to when nothing is understood, or None to take defaults.
        welcome: the first sentence.
        start: asked when nothing is wanted yet.
        acknowledge: builds the words said on hearing answers: (new answers, all) → sentence.
        refine: the form as it stands once these answers are known.
        whole_sentences: sentences are never cut where the person corrects themself.
        earliest_hour: hours below this are taken in the afternoon when the day part is not said.
        timezone, country: where the dates and phone numbers are read.
        locale: the language of its sentences.
        languages: the languages it can turn to when the person speaks another one of them.
        translated: the same form in one of these languages.
        consult: answers a question no aside covers (knowledge base): what to say, a lookup to
            make first, or None.
    """

    locale: str
    slots: tuple[Slot, ...]
    goals: tuple[Goal, ...]
    asides: tuple[Aside, ...] = ()
    wording: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_goal: str | None = None
    stuck_goal: str | None = None
    welcome: str = ""
    start: str = ""
    acknowledge: Callable[[Mapping[str, Any], Mapping[str, Any], bool], str] | None = None
    refine: "Callable[[Mapping[str, Any]], Form] | None" = None
    whole_sentences: bool = False
    earliest_hour: int = 7
    timezone: str = "Europe/Paris"
    country: str = "FR"
    languages: tuple[str, ...] = ()
    translated: "Callable[[str], Form] | None" = None
    consult: Callable[[str, Known], str | Lookup | None] | None = None

    def slot(self, key: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.key == key), None)

    def goal(self, key: str | None) -> Goal | None:
        return next((goal for goal in self.goals if goal.key == key), None)
