"""Every answer in a sentence, by the slot it fills."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from allokoli.dialogue import corrections
from allokoli.dialogue.cuts import segments
from allokoli.dialogue.entities.answers import says_none
from allokoli.dialogue.entities.dates import another_year, find_date, year_again
from allokoli.dialogue.entities.free_text import second_thought
from allokoli.dialogue.entities.phones import loose_digits
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.reading import Context, read_asked, read_given
from allokoli.dialogue.reasons import reason_left
from allokoli.dialogue.state import Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance
from allokoli.dialogue.vague_days import day_meant

_CAPITAL = r"[^\W\d_a-zà-ÿא-ת][\w'’-]+"
_TWO_CAPITALS = re.compile(rf"\b({_CAPITAL}) ({_CAPITAL})")
_KINDS = frozenset({"text", "date", "name", "phone"})


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
    held = None if uncut else corrections.contrast(form, state, told, around)
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
            correcting=(state.phase in {"confirming", "correcting"} and not agreed) or index > 0,
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
    for slot in _reading_order(_readable(form, state, found), state.asking):
        if segment.spent:
            return
        if _is_settled(form, state, slot) or _is_a_first_name(form, state, slot, segment, context):
            continue
        value = _given(form, state, slot, segment, context, found)
        if value is not None:
            _take(found, slot, value, segment)
            context.values = {**context.values, slot.key: value}
    asked = [item for key in state.asking if (item := form.slot(key))]
    _read_none(form, asked, segment, context, found)
    for slot in asked:
        if slot.key in found.fills:
            continue
        if _says_it(slot, segment, found, context.locale) or not _is_elsewhere(found, slot):
            value = read_asked(slot, segment, context, alone=len(asked) == 1)
            if value is not None:
                _take(found, slot, value, segment)
    _read_tail(asked, segment, context, found)
    digits = loose_digits(segment) if "phone" in state.asking else None
    if digits and "phone" not in found.fills:
        found.notes["digits"] = digits[0]
        segment.use(digits[1])


def _given(
    form: Form,
    state: State,
    slot: Slot,
    segment: Utterance,
    context: Context,
    found: Understanding,
) -> Any:
    """The slot's value where its wording gives it away, a year put right taken up."""
    value = _wished(form, state, slot, segment, context, found)
    if value is None:
        value = read_given(slot, segment, context, asked=slot.key in state.asking)
    if value is None:
        value = _called_off(form, state, slot, segment, context, found)
    value = day_meant(value, slot, segment, context, state, found)
    if value is None or not slot.past:
        return value
    return year_again(value, segment.folded[segment.used[-1][1] :], context.locale)


def _called_off(
    form: Form,
    state: State,
    slot: Slot,
    segment: Utterance,
    context: Context,
    found: Understanding,
) -> Any:
    """The day that does not suit, where it is what is called off (`I can't do Tuesday, cancel`)."""
    goal = found.goal or form.goal(state.goal)
    if slot.type != "date" or slot.past or goal is None or goal.key != "cancel":
        return None
    day = find_date(segment, context.today, context.locale, told=True)
    if day is None:
        return None
    segment.use(day[1])
    return day[0].isoformat()


def _wished(
    form: Form,
    state: State,
    slot: Slot,
    segment: Utterance,
    context: Context,
    found: Understanding,
) -> Any:
    """The day or hour said after the wish of an opening, rather than in the story before it
    (`I'm back on Monday, could I come in on Thursday?`)."""
    usual = found.goal is None or found.goal.key == form.default_goal
    if state.goal is not None or slot.type not in {"date", "time"} or slot.past or not usual:
        return None
    words = lexicon(context.locale).words
    starts = [one for key in ("requests", "wants", "wish_starts") for one in words.get(key, ())]
    wish = find_phrase(starts, segment.raw_folded)
    named = next((one for one in found.heard if one.kind == "goal" and one.words), None)
    said = segment.raw.find(named.words) if named and named.how == "lexicon" else 0
    at = wish[0] if wish else max(said, 0)
    if not at:
        return None
    before = 0, segment.from_raw((at, at))[0]
    segment.use(before)
    value = read_given(slot, segment, context, asked=False)
    segment.used.remove(before)
    if value is None or slot.type != "date" or not segment.used:
        return value
    leaving = lexicon(context.locale).time.get("until", ())
    lead = segment.folded[: segment.used[-1][0]].rstrip()
    if any(lead.endswith(f" {fold(one)}") for one in leaving):
        segment.used.pop()  # "I'd like to stay until the twenty-third"
        return None
    return value


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


def _readable(form: Form, state: State, found: Understanding) -> list[Slot]:
    """The slots that what the person wants has use for; all of them before that is known."""
    goal = found.goal if found.goal and not found.goal.at_once else form.goal(state.goal)
    if goal is None:
        return [slot for slot in form.slots if not slot.asked_only]
    return [
        slot
        for slot in form.slots
        if (
            slot.key in (*goal.slots, *goal.also)
            and (not slot.asked_only or slot.key in state.asking)
        )
        or slot.volunteered_only
    ]


def _is_settled(form: Form, state: State, slot: Slot) -> bool:
    """What is already given is left alone while another of its kind is being asked."""
    if slot.key not in state.values or slot.key in state.asking or slot.type not in _KINDS:
        return False
    asked = {item.type for key in state.asking if (item := form.slot(key))}
    return slot.type in asked or (slot.type == "text" and "name" in asked)  # "it's for Kate"


def _is_a_first_name(
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


def _awaits_text(form: Form, state: State) -> bool:
    asked = [form.slot(key) for key in state.asking]
    return any(item is not None and item.type == "text" for item in asked)


def _reading_order(slots: list[Slot], asking: Sequence[str]) -> list[Slot]:
    """A day said to count the nights that were asked for (`till Thursday`) is no other day."""
    order = ("custom", "phone", "email", "date", "time", "number", "choice", "text", "name")
    rank = {kind: index for index, kind in enumerate(order)}

    def place(slot: Slot) -> tuple[bool, int, bool]:
        own = slot.reader is not None or bool(slot.totals)  # `about ten` is no hour here
        counts = slot.type == "number" and own and [slot.key] == list(asking)
        return not counts, rank.get(slot.type, len(order)), not slot.past

    return sorted(slots, key=place)


def _says_it(slot: Slot, segment: Utterance, found: Understanding, locale: str) -> bool:
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


def _is_elsewhere(found: Understanding, slot: Slot) -> bool:  # noqa: PLR0911  (one way out a case)
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
