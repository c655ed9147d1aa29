"""Every answer in a sentence, by the slot it fills."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from allokoli.dialogue import corrections
from allokoli.dialogue.answerable import (
    in_order,
    is_a_first_name,
    is_elsewhere,
    is_settled,
    readable,
    says_it,
)
from allokoli.dialogue.context import Context
from allokoli.dialogue.cuts import segments
from allokoli.dialogue.denials import contrast
from allokoli.dialogue.entities.answers import says_none
from allokoli.dialogue.entities.dates import another_year
from allokoli.dialogue.entities.free_text import second_thought
from allokoli.dialogue.entities.phones import loose_digits
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.reading import read_asked, read_given
from allokoli.dialogue.reasons import reason_left
from allokoli.dialogue.state import AT_RECAP, Heard, State
from allokoli.dialogue.told_moments import value_told
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance


def read_answers(
    form: Form,
    state: State,
    told: Utterance,
    found: Understanding,
    local: datetime,
    locale: str,
    *,
    uncut: bool,
) -> list[Utterance]:
    """Every answer in the sentence, piece by piece, corrections taken up; the pieces."""
    parts = [told] if uncut else list(segments(told, locale, phone="phone" in state.asking))
    around = Context(form, state.values, local.date(), locale, part=state.notes.get("part"))
    held = None if uncut else contrast(form, state, told, around)
    anew = (
        "" if held or found.answer == "yes" else corrections.tells_again(form, state, told, locale)
    )
    if held:
        found.answer = None
        parts = list(segments(held.said, locale, phone="phone" in state.asking))
    agreed = found.answer == "yes"
    goal = found.goal or form.goal(state.goal)
    for index, segment in enumerate(parts):
        context = replace(
            around,
            values={**state.values, **found.fills},
            part=found.notes.get("part") or state.notes.get("part"),
            digits=str(state.notes.get("digits", "")),
            correcting=(state.phase in AT_RECAP and not agreed) or index > 0,
            agreed=agreed,
            free=_awaits_text(form, state),
            newest=bool(goal and goal.newest),
            alone=len(state.asking) == 1,
            now=local.time(),
            refused=state.notes.get("refused_value"),
        )
        before = dict(found.fills)
        _read(form, state, segment, context, found)
        found.limits = context.limits or found.limits
        if index and before:
            _apply_bare_correction(form, segment, context, found, before)
    corrections.settle(form, state, told, held, anew, found, around)
    return parts


def _read(
    form: Form, state: State, segment: Utterance, context: Context, found: Understanding
) -> None:
    for slot in in_order(readable(form, state, found), state.asking):
        if segment.spent:
            return
        if is_settled(form, state, slot) or is_a_first_name(form, state, slot, segment, context):
            continue
        value = value_told(slot, segment, context, state, found)
        if value is not None:
            _take(found, slot, value, segment)
            context.values = {**context.values, slot.key: value}
    asked = [item for key in state.asking if (item := form.slot(key))]
    _read_none(form, asked, segment, context, found)
    for slot in asked:
        if slot.key in found.fills:
            continue
        if says_it(slot, segment, found, context.locale) or not is_elsewhere(found, slot):
            value = read_asked(slot, segment, context, alone=len(asked) == 1)
            if value is not None:
                _take(found, slot, value, segment)
    _read_tail(asked, segment, context, found)
    digits = loose_digits(segment) if "phone" in state.asking else None
    if digits and "phone" not in found.fills:
        found.notes["digits"] = digits[0]
        segment.use(digits[1])


def _read_tail(
    asked: list[Slot], segment: Utterance, context: Context, found: Understanding
) -> None:
    """`Martin, 06 12…, yes, peanuts`: what ends an answer to several questions is the last's."""
    left = [slot for slot in asked if slot.key not in found.fills]
    if len(asked) < 2 or len(left) != 1 or left[0].type != "text" or left[0].none is None:  # noqa: PLR2004
        return
    if not segment.used or found.aside or found.goal or found.question or found.social:
        return
    end = max(span[1] for span in segment.used)
    tail = Utterance.of(segment.text[end:], context.locale)
    if reason_left([tail.raw], context.locale, least=1):
        value = read_asked(left[0], tail, context, alone=True)
        if value is not None:
            segment.use((end, len(segment.text)))
            _take(found, left[0], value, segment)


def _take(found: Understanding, slot: Slot, value: Any, segment: Utterance) -> None:
    found.fills[slot.key] = value
    words = segment.text[slice(*segment.used[-1])] if segment.used else segment.raw
    found.heard.append(Heard("slot", slot.key, value, words, "reading"))


def _read_none(
    form: Form, asked: list[Slot], segment: Utterance, context: Context, found: Understanding
) -> None:
    """Answers that there is nothing to note (`pas d'allergies`, `non aucune`)."""
    folded = segment.raw_folded
    excepted = find_phrase(lexicon(context.locale).words.get("except", ()), folded)
    for slot in form.slots:
        absent = find_phrase(slot.absent, folded) if slot.absent else None
        but = excepted and absent and excepted[0] >= absent[1]
        if absent and not but and slot.key not in found.fills:
            _take(found, slot, slot.none, segment)
    declined = says_none(folded, context.locale, alone=len(asked) == 1) and not excepted
    declined = declined and not second_thought(segment.raw, context.locale)
    for slot in asked:
        open_slot = slot.none is not None and slot.key not in found.fills
        if open_slot and declined and found.social != "refuse":
            _take(found, slot, slot.none, segment)


def _awaits_text(form: Form, state: State) -> bool:
    asked = [form.slot(key) for key in state.asking]
    return any(item is not None and item.type == "text" for item in asked)


def _apply_bare_correction(
    form: Form,
    segment: Utterance,
    context: Context,
    found: Understanding,
    before: dict[str, Any],
) -> None:
    """`quatre personnes, euh non, cinq`: the lone value replaces the one said just before."""
    slot = form.slot(list(before)[-1])
    named = form.slot("name") if "name" in before else None
    if named and found.fills["name"] == before["name"] and segment.raw.lstrip(" ,.")[:1].isupper():
        slot = named  # "the friends of the book, well, put Dumas, 01 42…"
    if slot is None or slot.type not in {"number", "time", "name", "date"}:
        return
    untouched = found.fills == before
    leading = slot.type == "name" and slot is named
    leading = leading or (slot.type == "number" and re.match(r"\W*\d", segment.mask()) is not None)
    if found.fills[slot.key] != before[slot.key] or not (untouched or leading):
        return
    value = read_given(slot, segment, context, asked=True)
    if value is None:
        value = read_asked(slot, segment, context, alone=True)
    if value is None and slot.past:
        value = another_year(before[slot.key], segment.folded)
    if value is not None:
        _take(found, slot, value, segment)
