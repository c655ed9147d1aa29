"""What a correction takes back, and what it puts in its place (`the lime, not the lemon`)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from allokoli.dialogue import meaning
from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.answers import find_answer
from allokoli.dialogue.entities.dates import another_year
from allokoli.dialogue.entities.free_text import rest_text
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.hour_shifts import shifted
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.reading import read_asked, read_given
from allokoli.dialogue.reading_words import without_leads
from allokoli.dialogue.state import AT_RECAP, Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance

_WORDS_TOLD = frozenset({"text", "name", "email", "custom"})
_MOST_NAMING = 8
_MIN_CHARS = 3
_MOST_DENIED = 6


@dataclass(frozen=True, slots=True)
class Contrast:
    """An answer that is denied (`not Thursday`).

    Attributes:
        slot: the one it was given to.
        denied: its words.
        said: the sentence without it.
    """

    slot: Slot
    denied: str
    said: Utterance


def contrast(form: Form, state: State, whole: Utterance, context: Context) -> Contrast | None:
    """The answer given before that the sentence denies; None when it denies none of them.

    Args:
        form: the form being filled.
        state: where the conversation stands.
        whole: the sentence.
        context: what reading depends on.
    """
    words = lexicon(context.locale).words
    denies, until = words.get("denies", ()), words.get("denied_until", ())
    if not denies or not state.values:
        return None
    end = "|".join(re.escape(fold(one)) for one in sorted(until, key=len, reverse=True)) or "(?!)"
    most = rf"(?:\S+\s+){{0,{_MOST_DENIED - 1}}}?"
    for phrase in sorted(denies, key=len, reverse=True):
        body = phrase_pattern(phrase).pattern
        either = (
            rf"{body}(?:\s+|(?<='))(?P<what>{most}[^\s,;!?]*[^\s,.;:!?])"
            rf"(?=\s*(?:[,.;:!?](?!\d)|$|(?:{end})(?!\w)))"
        )
        found = _denied(form, state, whole, either, context)
        if found:
            return found
    for phrase in words.get("denied_after", ()):
        before = r"(?:^|[\s,.;:!?])(?P<what>[^\s,.;:!?]+(?:\s+[^\s,.;:!?]+){0,2}?)[\s,]+"
        found = _denied(form, state, whole, before + phrase_pattern(phrase).pattern, context)
        if found:
            return found
    return None


def _denied(
    form: Form, state: State, whole: Utterance, pattern: str, context: Context
) -> Contrast | None:
    for match in re.finditer(pattern, whole.raw_folded):
        denied = whole.raw[slice(*match.span("what"))]
        left = _trimmed(f"{whole.raw[: match.start()]}, {whole.raw[match.end() :]}")
        slot = _slot_of(form, state, denied, left, context)
        if slot:
            return Contrast(slot, denied, Utterance.of(left, context.locale))
    return None


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
        value = _read_beside(slot, said.raw, context)
        if value is None and slot.past:
            value = another_year(str(state.values[slot.key]), said.folded)
        _put(found, slot, value)
        if slot.type != "name" and slot.key in found.fills:
            found.fills.pop("name", None)
    elif not found.fills:
        _recounted(form, state, said, found, context)
        _added(form, state, said, found, context)
        _renamed(form, state, said, found, context)


def _less_mention(slot: Slot, text: str) -> str:
    """What is said of the slot, after it is named (`my name is…`) or before (`…, for the name`)."""
    span = find_phrase(slot.mentions, fold(text))
    return max(text[: span[0]], text[span[1] :], key=len) if span else text


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
    more = _plain(said.raw[span[1] :], context.locale) or _plain(said.raw, context.locale)
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
    text = _plain(said.raw, context.locale)
    meant = corrected or found.answer == "no" or state.phase == "correcting"
    if slot is None or not meant or not text[:1].isupper():
        return
    if sum(len(word) > 1 for word in text.split()) <= _MOST_NAMING:
        _put(found, slot, _read(slot, text, context))


def tells_again(form: Form, state: State, whole: Utterance, locale: str) -> str:
    """What somebody calls for, told anew at the recap (`it's for a cut and colour`); or nothing."""
    goal = form.goal(state.goal)
    if goal is None or state.phase not in AT_RECAP or goal.tells not in state.values:
        return ""
    slot = form.slot(goal.tells)
    text = _plain(_less_mention(slot, whole.raw) if slot else "", locale)
    if slot is None or not text or not goal.told:
        return ""
    asks_for = [lead for lead in slot.leads if " " in lead]
    if find_phrase(asks_for, whole.raw_folded):
        return _after_lead(slot, text)
    near = meaning.nearest(text, {"told": goal.told})
    return text if near else ""


def _instead(held: Contrast, state: State, said: Utterance, context: Context) -> Any:
    """What replaces the answer denied: in an address, what replaces that part of it."""
    before = state.values[held.slot.key]
    value = _read_beside(held.slot, said.raw, context)
    if value is None and held.slot.type == "email":
        part, new = _spoken(held.denied, context.locale), _spoken(said.raw, context.locale)
        if part in before and re.fullmatch(r"[\w.-]+", new):
            return before.replace(part, new)
    return value


def _read_beside(slot: Slot, text: str, context: Context) -> Any:
    """The slot's value beside its name: `not the right name, Kim`, or `Kim, for the name`."""
    value = _read(slot, _less_mention(slot, text), context)
    span = find_phrase(slot.mentions, fold(text))
    return _read(slot, text[span[1] :], context) if value is None and span else value


def _spoken(text: str, locale: str) -> str:
    text = fold(_plain(text, locale))
    for dot in lexicon(locale).words["email_dot"]:
        text = re.sub(rf"\s+{re.escape(dot)}\s+", ".", text)
    return text.strip()


def _read(slot: Slot, text: str, context: Context) -> Any:
    """A slot's value where it was pointed at, so that few words suffice."""
    text = _plain(_after_lead(slot, text), context.locale)
    if not text or find_answer(fold(text), context.locale):
        return None
    heard = Utterance.of(text, context.locale)
    pointed = replace(context, correcting=True)
    value = read_given(slot, heard, pointed, asked=True)
    return read_asked(slot, heard, pointed, alone=True) if value is None else value


def _after_lead(slot: Slot, text: str) -> str:
    """`Plus le motif, c'est pour une couleur`: what follows the words that lead to the answer."""
    leads = [lead for lead in slot.leads if slot.type == "text" and " " in lead]
    span = find_phrase(leads, fold(text))
    return text[span[1] :] if span and text[span[1] :].strip(" ,.;:!?") else text


def _plain(text: str, locale: str) -> str:
    """The words without what introduces them (`no, it's`)."""
    words = lexicon(locale).words
    before = sorted((*words.get("is", ()), *words["no"], *words["correction"]), key=len)
    text = _trimmed(text)
    changed = True
    while changed:
        text, changed = rest_text(Utterance.of(text, locale), locale), False
        for phrase in reversed(before):
            match = phrase_pattern(phrase).match(fold(text))
            if match and match.end():
                text, changed = _trimmed(text[match.end() :]), True
                break
    for phrase in words["correction"]:
        text = re.sub(rf"[\s,]+{re.escape(phrase)}$", "", text)
    return text


def _trimmed(text: str) -> str:
    return re.sub(r"(?:\s*,)+\s*", ", ", text).strip(" ,.;:!?")


def _put(found: Understanding, slot: Slot, value: Any) -> None:
    if value is not None:
        found.fills[slot.key] = value
        found.heard.append(Heard("slot", slot.key, value, found.words, "correction"))


def _slot_of(form: Form, state: State, denied: str, left: str, context: Context) -> Slot | None:
    """The slot whose answer the words repeat; of several, the one the rest speaks of."""
    goal = form.goal(state.goal)
    keys: Sequence[str] = (*goal.slots, *goal.also) if goal else tuple(state.values)
    slots = [slot for key in keys if key in state.values and (slot := form.slot(key))]
    found = [slot for slot in slots if _repeats(slot, state.values, denied, context)]
    spoken = (
        slot
        for slot in found[1:] and found
        if read_given(slot, Utterance.of(left, context.locale), context, asked=False) is not None
    )
    return next(spoken, next(iter(found), None))


def _repeats(slot: Slot, values: Mapping[str, Any], denied: str, context: Context) -> bool:
    value, locale = values[slot.key], context.locale
    if value is None or slot.type == "choice":
        return False
    if slot.type in _WORDS_TOLD:
        words = lexicon(locale).words
        plain = words.get("wish_plain", ()) if slot.type == "text" else ()
        stop = {*words["stop"], *plain}
        said = [one for one in re.findall(r"\w+", fold(denied)) if one not in stop]
        known = fold(str(value))
        whole = slot.type == "email" and _spoken(denied, locale) in known
        return whole or any(
            len(one) >= _MIN_CHARS and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", known)
            for one in said
        )
    heard = Utterance.of(denied, locale)
    read = read_given(slot, heard, context, asked=True)
    read = read_asked(slot, heard, context, alone=True) if read is None else read
    if slot.type == "date" and isinstance(read, str) and not re.search(r"\d", heard.folded):
        return date.fromisoformat(read).weekday() == date.fromisoformat(value).weekday()
    return read is not None and read == value
