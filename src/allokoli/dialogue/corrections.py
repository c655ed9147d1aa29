"""What a correction puts in place of an answer, adds to it, or tells anew."""

import re
from dataclasses import replace
from typing import Any

from allokoli.dialogue import meaning
from allokoli.dialogue.context import Context
from allokoli.dialogue.denials import Contrast
from allokoli.dialogue.entities.answers import find_answer
from allokoli.dialogue.entities.dates import another_year
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.hour_shifts import shifted
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.reading import read_given
from allokoli.dialogue.reading_words import without_leads
from allokoli.dialogue.replacing import (
    after_lead,
    less_mention,
    plain_words,
    read_beside,
    read_pointed,
    spoken,
)
from allokoli.dialogue.state import AT_RECAP, Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance

_MOST_NAMING = 8


def settle(
    form: Form,
    state: State,
    told: Utterance,
    held: Contrast | None,
    anew: str,
    found: Understanding,
    context: Context,
) -> None:
    """What the sentence corrects, once all that it says outright was read.

    Args:
        form: the form being filled.
        state: where the conversation stands.
        told: the sentence.
        held: what it denies.
        anew: what they call for, told anew.
        found: completed.
        context: what reading depends on.
    """
    _complete(form, state, held.said if held else told, held, found, context)
    if held and held.slot.type != "name":
        found.fills.pop("name", None)  # "it's the milk, not the gluten" names nobody
    goal = form.goal(state.goal)
    if anew and found.fills.keys() <= {"name"} and goal:
        found.fills, found.goal = {goal.tells: anew}, None
    if found.answer != "yes":  # "perfect, we'll be there ten minutes before" moves nothing
        found.fills.update(shifted(form, state, told, context.locale))


def _complete(
    form: Form,
    state: State,
    said: Utterance,
    held: Contrast | None,
    found: Understanding,
    context: Context,
) -> None:
    """Read what a correction puts in place, where the sentence points at it in some way."""
    if held:
        if held.slot.key not in found.fills:
            _put(found, held.slot, _instead(held, state, said, context))
        return
    if state.phase not in AT_RECAP or found.answer == "yes" or found.goal:
        return
    slot = form.slot(found.mentioned) if found.mentioned else None
    if slot and slot.key in state.values and slot.key not in found.fills:
        value = read_beside(slot, said.raw, context)
        if value is None and slot.past:
            value = another_year(str(state.values[slot.key]), said.folded)
        _put(found, slot, value)
        if slot.type != "name" and slot.key in found.fills:
            found.fills.pop("name", None)
    elif not found.fills:
        _recounted(form, state, said, found, context)
        _added(form, state, said, found, context)
        _renamed(form, state, said, found, context)


def _recounted(
    form: Form, state: State, said: Utterance, found: Understanding, context: Context
) -> None:
    """`My brother's coming too, so make it seven`: a number said of the company is theirs."""
    words = lexicon(context.locale).words
    slot = next((one for one in form.slots if one.totals and one.key in state.values), None)
    if slot and find_phrase(words.get("count_grows", ()), said.raw_folded):
        pointed = replace(context, correcting=True)
        _put(found, slot, read_given(slot, Utterance.of(said.raw, context.locale), pointed,
                                     asked=True))  # fmt: skip


def _added(
    form: Form, state: State, said: Utterance, found: Understanding, context: Context
) -> None:
    """`And milk too`: at the recap, more of the one thing that was told in words."""
    words = lexicon(context.locale).words
    span = find_phrase(words.get("added", ()), said.raw_folded)
    slots = [one for one in form.slots if one.type == "text" and state.values.get(one.key)]
    if span is None or len(slots) != 1 or found.question:
        return
    slot = slots[0]
    more = plain_words(said.raw[span[1] :], context.locale) or plain_words(said.raw, context.locale)
    if more and not find_answer(fold(more), context.locale):
        before = state.values[slot.key]
        more = without_leads(slot, more)
        _put(found, slot, more if before == slot.none else f"{before}, {more}")


def _renamed(
    form: Form, state: State, said: Utterance, found: Understanding, context: Context
) -> None:
    """`Put Petit instead`: at the recap, a name needs nothing before it."""
    slot = next((one for one in form.slots if one.type == "name" and one.key in state.values), None)
    corrected = find_phrase(lexicon(context.locale).words["correction"], said.raw_folded)
    text = plain_words(said.raw, context.locale)
    meant = corrected or found.answer == "no" or state.phase == "correcting"
    if slot is None or not meant or not text[:1].isupper():
        return
    if sum(len(word) > 1 for word in text.split()) <= _MOST_NAMING:
        _put(found, slot, read_pointed(slot, text, context))


def tells_again(form: Form, state: State, whole: Utterance, locale: str) -> str:
    """What somebody calls for, told anew at the recap (`it's for a cut and colour`); or nothing."""
    goal = form.goal(state.goal)
    if goal is None or state.phase not in AT_RECAP or goal.tells not in state.values:
        return ""
    slot = form.slot(goal.tells)
    text = plain_words(less_mention(slot, whole.raw) if slot else "", locale)
    if slot is None or not text or not goal.told:
        return ""
    asks_for = [lead for lead in slot.leads if " " in lead]
    if find_phrase(asks_for, whole.raw_folded):
        return after_lead(slot, text)
    near = meaning.nearest(text, {"told": goal.told})
    return text if near else ""


def _instead(held: Contrast, state: State, said: Utterance, context: Context) -> Any:
    """What replaces the answer denied: in an address, what replaces that part of it."""
    before = state.values[held.slot.key]
    value = read_beside(held.slot, said.raw, context)
    if value is None and held.slot.type == "email":
        part, new = spoken(held.denied, context.locale), spoken(said.raw, context.locale)
        if part in before and re.fullmatch(r"[\w.-]+", new):
            return before.replace(part, new)
    return value


def _put(found: Understanding, slot: Slot, value: Any) -> None:
    if value is not None:
        found.fills[slot.key] = value
        found.heard.append(Heard("slot", slot.key, value, found.words, "correction"))
