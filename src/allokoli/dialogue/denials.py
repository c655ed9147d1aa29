"""The answer given before that a sentence denies (`not Thursday`, `the lime, not the lemon`)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from allokoli.dialogue.context import Context
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import phrase_pattern
from allokoli.dialogue.reading import read_asked, read_given
from allokoli.dialogue.replacing import (
    spoken,
    trimmed,
)
from allokoli.dialogue.state import State
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

_WORDS_TOLD = frozenset({"text", "name", "email", "custom"})
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
        left = trimmed(f"{whole.raw[: match.start()]}, {whole.raw[match.end() :]}")
        slot = _slot_of(form, state, denied, left, context)
        if slot:
            return Contrast(slot, denied, Utterance.of(left, context.locale))
    return None


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
        whole = slot.type == "email" and spoken(denied, locale) in known
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
