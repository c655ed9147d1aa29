"""What one sentence means to a form that stands at a certain point."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from allokoli.dialogue import intents
from allokoli.dialogue.entities.answers import Answer, looks_like_question, says_none
from allokoli.dialogue.entities.free_text import rest_text
from allokoli.dialogue.entities.phones import loose_digits
from allokoli.dialogue.form import Aside, Form, Goal, Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.reading import Context, read_asked, read_given
from allokoli.dialogue.reasons import reason_left
from allokoli.dialogue.state import Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_KINDS = frozenset({"text", "date", "name", "phone"})
_FREE = frozenset({"text", "custom"})
_TELLING_WORDS = 3
_MAX_TOLD_CHARS = 200


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
    told: str = ""
    words: str = ""
    heard: list[Heard] = field(default_factory=list)


def understand(
    form: Form, state: State, text: object, *, now: datetime, locale: str
) -> Understanding:
    """Read a sentence.

    Args:
        form: the form being filled.
        state: where the conversation stands.
        text: what was said.
        now: the present, aware.
        locale: the language spoken.
    """
    whole = Utterance.of(text, locale)
    found = Understanding(words=whole.raw)
    intents.recognize(form, state, whole, found, locale)
    if found.goal and not found.goal.at_once and _dictates(form, state):
        found.goal = None  # "tell him that I must cancel": that is the message
    today = now.astimezone(ZoneInfo(form.timezone)).date()
    uncut = form.whole_sentences or _wants_verbatim(form, state)
    private = found.aside is not None and found.aside.private
    asked = found.question or state.goal is None or private
    told = _less_question(whole, found, locale) if asked and not uncut else whole
    segments = [told] if uncut else list(_segments(told, locale, phone="phone" in state.asking))
    agreed = found.answer == "yes"
    goal = found.goal or form.goal(state.goal)
    for index, segment in enumerate(segments):
        context = Context(
            form=form,
            values={**state.values, **found.fills},
            today=today,
            locale=locale,
            part=found.notes.get("part") or state.notes.get("part"),
            digits=str(state.notes.get("digits", "")),
            correcting=(state.phase in {"confirming", "correcting"} and not agreed) or index > 0,
            agreed=agreed,
            free=_awaits_text(form, state),
            newest=bool(goal and goal.newest),
        )
        before = dict(found.fills)
        _read(form, state, segment, context, found)
        if index and before:
            _apply_bare_correction(form, segment, context, found, before)
    agrees = state.phase == "confirming" and found.answer == "yes" and not found.question
    if state.goal is not None and not found.goal and not found.aside and not agrees:
        _read_meaning(form, state, told, segments, found)
    answered = any(key in found.fills for key in state.asking)
    if found.aside and answered and not found.question and not found.aside.at_once:
        found.aside = None
    if found.goal and found.goal.tells and found.goal.tells not in state.values:
        found.told = found.told or intents.told(found.goal, whole.raw)
        found.told = found.told and _in_full(found.told, whole, segments, locale)
        rest = [part for segment in segments for part in segment.rest()]
        opens = state.goal is None and found.goal.key == form.default_goal and not found.aside
        found.told = found.told or (reason_left(rest, locale) if opens else "")
    _as_a_statement(form, state, whole, found, locale)
    named = found.fills.get(found.goal.tells) if found.goal else None
    if found.goal and found.told and str(named or "\0") not in found.told:
        found.fills[found.goal.tells] = found.told
        found.heard.append(Heard("slot", found.goal.tells, found.told, found.told, "meaning"))
    return found


def _as_a_statement(
    form: Form, state: State, whole: Utterance, found: Understanding, locale: str
) -> None:
    """Who says what is wrong, in words that nothing is like, wants it seen to."""
    goal = form.goal(form.default_goal)
    understood = found.goal or found.aside or found.question or found.social
    if state.goal is not None or goal is None or not goal.told or not goal.tells or understood:
        return
    told = reason_left(whole.rest() if not whole.used else [whole.raw], locale)
    if told:
        found.goal, found.answer = goal, None
        found.told = whole.raw
        found.heard.append(Heard("goal", goal.key, words=whole.raw, how="statement"))


def _read(
    form: Form, state: State, segment: Utterance, context: Context, found: Understanding
) -> None:
    for slot in _reading_order(_readable(form, state, found)):
        if segment.spent:
            return
        if _is_settled(form, state, slot) or _is_a_first_name(form, state, slot, segment, context):
            continue
        value = read_given(slot, segment, context, asked=slot.key in state.asking)
        if value is not None:
            _take(found, slot, value, segment)
            context.values = {**context.values, slot.key: value}
    asked = [item for key in state.asking if (item := form.slot(key))]
    _read_none(form, asked, segment, context, found)
    for slot in asked:
        if slot.key in found.fills:
            continue
        if _says_a_number(slot, segment, found) or not _is_elsewhere(found, slot):
            value = read_asked(slot, segment, context, alone=len(asked) == 1)
            if value is not None:
                _take(found, slot, value, segment)
    digits = loose_digits(segment) if "phone" in state.asking else None
    if digits and "phone" not in found.fills:
        found.notes["digits"] = digits[0]
        segment.use(digits[1])


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
    asked = [form.slot(key) for key in state.asking]
    return any(item is not None and item.type == slot.type for item in asked)


def _is_a_first_name(
    form: Form, state: State, slot: Slot, segment: Utterance, context: Context
) -> bool:
    """`שני` is a Monday and a first name: the one when a name is asked and the day is known."""
    asked = [item.type for key in state.asking if (item := form.slot(key))]
    if slot.type != "date" or slot.key not in state.values or "name" not in asked:
        return False
    first = next(iter(segment.raw_folded.split()), "")
    return first in lexicon(context.locale).time.get("day_names_of_people", ())


def _awaits_text(form: Form, state: State) -> bool:
    asked = [form.slot(key) for key in state.asking]
    return any(item is not None and item.type == "text" for item in asked)


def _reading_order(slots: list[Slot]) -> list[Slot]:
    order = ("custom", "phone", "email", "date", "time", "number", "choice", "text", "name")
    rank = {kind: index for index, kind in enumerate(order)}
    return sorted(slots, key=lambda slot: (rank.get(slot.type, len(order)), not slot.past))


def _says_a_number(slot: Slot, segment: Utterance, found: Understanding) -> bool:
    """`five, wait, no, six`: a number that was asked is an answer whatever is said with it."""
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
    if slot is None or slot.type not in {"number", "time", "name", "date"}:
        return
    untouched = found.fills == before
    leading = slot.type == "number" and re.match(r"\W*\d", segment.mask()) is not None
    if found.fills[slot.key] != before[slot.key] or not (untouched or leading):
        return
    value = read_given(slot, segment, context, asked=True)
    if value is None:
        value = read_asked(slot, segment, context, alone=True)
    if value is not None:
        _take(found, slot, value, segment)


def _read_meaning(
    form: Form, state: State, whole: Utterance, segments: list[Utterance], found: Understanding
) -> None:
    """A wish or a question in other words than the lexicon's; what was answered wants nothing."""
    free = [key for key in found.fills if (slot := form.slot(key)) and slot.type in _FREE]
    answered = len(found.fills) > len(free)
    left = ". ".join(part for segment in segments for part in segment.rest())
    if _wants_verbatim(form, state):
        return
    intents.recognize_meaning(
        form, state, left if answered else whole.raw, found, questions_only=answered
    )
    if found.goal and found.goal.key == state.goal:
        found.goal = None
    if (found.aside or found.goal) and not found.told and not answered:
        for key in free:
            del found.fills[key]


def _less_question(whole: Utterance, found: Understanding, locale: str) -> Utterance:
    """The sentence without the question it asked: `is breakfast included?` books no morning."""
    asked = next((one.words for one in found.heard if one.kind == "aside"), "")
    if found.aside is None or found.goal or not asked:
        return whole
    clauses = re.split(r"(?<=[.?!;,])\s+", whole.raw)
    kept = [clause for clause in clauses if asked not in clause and clause not in asked]
    return Utterance.of(" ".join(kept), locale)


def _in_full(told: str, whole: Utterance, segments: list[Utterance], locale: str) -> str:
    """What was told, with the clauses around it that answer and ask nothing."""
    unread = {part for segment in segments for part in segment.rest()}
    kept: list[str] = []
    for match in re.finditer(r"[^,.;:!?…]+", whole.raw):
        clause, after = match.group().strip(), whole.raw[match.end() : match.end() + 1]
        near = clause in told or told in clause
        asks = after == "?" or looks_like_question(clause, fold(clause), locale)
        clause = rest_text(Utterance.of(clause, locale), locale)
        words = clause.split()
        goes_on = kept and words and fold(words[0]) in lexicon(locale).words.get("goes_on", ())
        long_enough = len(words) >= _TELLING_WORDS or goes_on
        apart = clause in unread and not asks and long_enough
        if near or apart:
            kept.append(clause)
    return ", ".join(part for part in kept if part)[:_MAX_TOLD_CHARS] or told


def _plain_no(whole: Utterance, locale: str) -> Iterator[Span]:
    """`20 heures, non, 20 heures 30`: a no between two numbers."""
    units = "|".join(re.escape(fold(one)) for one in lexicon(locale).time.get("hour_units", ()))
    for phrase in lexicon(locale).words["phone_no"]:
        for match in phrase_pattern(phrase).finditer(whole.raw_folded):
            start, end = whole.from_raw(match.span())
            before, after = whole.folded[:start], whole.folded[end:]
            follows = re.match(r"[\s,.]*(?:[^\W\d_]{1,2}[\s-]{1,2})?\d", after)
            if follows and re.search(rf"\d\s*(?:{units})?[\s,.]*$", before):
                yield match.span()


def _segments(whole: Utterance, locale: str, *, phone: bool) -> Iterator[Utterance]:
    """The sentence cut where the person corrects themself."""
    cuts: list[Span] = []
    for phrase in lexicon(locale).words["correction"]:
        cuts += [match.span() for match in phrase_pattern(phrase).finditer(whole.raw_folded)]
    at = 0
    if not phone:
        cuts += [span for span in _plain_no(whole, locale) if span not in cuts]
    for start, end in sorted(cuts):
        if start < at or (phone and _is_between_digits(whole, (start, end))):
            continue
        if re.search(r"\w", whole.raw[at:start]):
            yield Utterance.of(whole.raw[at:start], locale)
        at = end
    if at == 0 or re.search(r"\w", whole.raw[at:]):
        yield Utterance.of(whole.raw[at:], locale)


def _is_between_digits(whole: Utterance, span: Span) -> bool:
    """`06 12, sorry, 13, 45`: what corrects the digits of a number is read with the number."""
    start, end = (whole.from_raw((at, at))[0] for at in span)
    before, after = whole.text[:start], whole.text[end:]
    return bool(re.search(r"\d\W*$", before) and re.match(r"\W*\d", after))


def _dictates(form: Form, state: State) -> bool:
    """Whether a message is being given that the person asked to leave."""
    asked_to = state.goal == form.stuck_goal and "intent" not in state.notes
    return asked_to and _wants_verbatim(form, state)


def _wants_verbatim(form: Form, state: State) -> bool:
    slots = [form.slot(key) for key in state.asking]
    return any(slot is not None and slot.verbatim for slot in slots)
