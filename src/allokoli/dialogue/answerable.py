"""Which slots a sentence may answer, and in which order they are read."""

import re
from collections.abc import Sequence

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.dates import find_date
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.state import State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance

_CAPITAL = r"[^\W\d_a-zà-ÿא-ת][\w'’-]+"
_TWO_CAPITALS = re.compile(rf"\b({_CAPITAL}) ({_CAPITAL})")
_KINDS = frozenset({"text", "date", "name", "phone"})


def readable(form: Form, state: State, found: Understanding) -> list[Slot]:
    """The slots that what the person wants has use for; all of them before that is known."""
    goal = found.goal if found.goal and not found.goal.at_once else form.goal(state.goal)
    if goal is None:
        return [slot for slot in form.slots if not slot.asked_only]
    missing = state.notes.get("stuck_at", {}).get("slot")
    return [
        slot
        for slot in form.slots
        if (
            slot.key in (*goal.slots, *goal.also, missing)
            and (not slot.asked_only or slot.key in state.asking)
        )
        or slot.volunteered_only
    ]


def in_order(slots: list[Slot], asking: Sequence[str]) -> list[Slot]:
    """A day said to count the nights that were asked for (`till Thursday`) is no other day."""
    order = ("custom", "phone", "email", "date", "time", "number", "choice", "text", "name")
    rank = {kind: index for index, kind in enumerate(order)}

    def place(slot: Slot) -> tuple[bool, int, bool]:
        own = slot.reader is not None or bool(slot.totals)  # `about ten` is no hour here
        counts = slot.type == "number" and own and [slot.key] == list(asking)
        return not counts, rank.get(slot.type, len(order)), not slot.past

    return sorted(slots, key=place)


def is_settled(form: Form, state: State, slot: Slot) -> bool:
    """What is already given is left alone while another of its kind is being asked."""
    if slot.key not in state.values or slot.key in state.asking or slot.type not in _KINDS:
        return False
    asked = {item.type for key in state.asking if (item := form.slot(key))}
    return slot.type in asked or (slot.type == "text" and "name" in asked)  # "it's for Kate"


def is_a_first_name(
    form: Form, state: State, slot: Slot, segment: Utterance, context: Context
) -> bool:
    """`שני`, `Fabrice Noël`: a day, and a name where a name is asked and the day is known."""
    asked = [item.type for key in state.asking if (item := form.slot(key))]
    if slot.type != "date" or slot.key in state.asking or "name" not in asked:
        return False
    plain = (*lexicon(context.locale).words["name_stops"], *_plain_words(context.locale))
    if any(
        fold(before) not in plain
        and find_date(Utterance.of(day, context.locale), context.today, context.locale)
        for before, day in _TWO_CAPITALS.findall(segment.raw)
    ):
        return True
    if slot.key not in state.values:
        return False
    first = next(iter(segment.raw_folded.split()), "")
    return first in lexicon(context.locale).time.get("day_names_of_people", ())


def _plain_words(locale: str) -> list[str]:
    words = lexicon(locale).words
    return [word for key in ("yes", "no", "hesitation", "correction") for word in words[key]]


def says_it(slot: Slot, segment: Utterance, found: Understanding, locale: str) -> bool:
    """`five, wait, no, six`; `I don't know, the screen is black`: the answer, whatever is said
    with it."""
    if found.social == "anything" and slot.type == "text":
        phrases = lexicon(locale).words["anything"]
        apart = [one for one in segment.rest() if find_phrase(phrases, fold(one)) is None]
        return any(len(one.split()) > 1 for one in apart)
    return (
        found.social in {"wait", "anything"}
        and slot.type in {"number", "time"}
        and re.search(r"\d", segment.mask()) is not None
    )


def is_elsewhere(found: Understanding, slot: Slot) -> bool:  # noqa: PLR0911  (one way out a case)
    """Whether the sentence is about something else than a bare answer to this slot."""
    if found.social == "refuse" and slot.type == "name" and slot.key != found.mentioned:
        return found.mentioned is None
    if slot.type == "name" and "phone" in found.fills and not (found.aside or found.goal):
        return False  # "Anna Martin, wait, where did I… 06 12": the number says it is an answer
    if found.social in {"repeat", "restart", "goodbye", "wait", "refuse", "anything", "insult"}:
        return True
    if found.aside and found.question:
        return True
    if slot.type not in {"text", "name"}:
        return False
    if found.aside and (slot.type == "name" or found.aside.goal):
        return True
    other_goal = found.goal is not None and slot.key not in found.goal.slots
    return other_goal or (found.question and not slot.verbatim)
