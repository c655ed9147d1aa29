"""Reading one slot out of a sentence, by its type."""

import re
from dataclasses import replace
from datetime import time
from typing import Any

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.answers import find_answer, says_only_thanks
from allokoli.dialogue.entities.dates import find_date, parse_written_date
from allokoli.dialogue.entities.email_of_name import find_email_of
from allokoli.dialogue.entities.free_text import find_choice, find_text
from allokoli.dialogue.entities.names import find_name
from allokoli.dialogue.entities.phones import amend_phone, find_phone, loose_digits, parse_phone
from allokoli.dialogue.entities.times import find_bare_hour, find_when
from allokoli.dialogue.form import Slot
from allokoli.dialogue.reading_counts import bare_count, given_count
from allokoli.dialogue.reading_words import free_answer, given_name, in_own_words
from allokoli.dialogue.utterance import Span, Utterance

_SHORT_WORDS = 4
_FEW_WORDS = 2
_SENTENCE = re.compile(r"[.!…]\s+(?=\w)")


def read_given(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> Any:
    """The slot's value where its wording gives it away, asked or not; None otherwise."""
    value = _ends_on(slot, heard, context) if asked else None
    if value is None:
        value = _read_once(slot, heard, context, asked=asked)
    if slot.type not in {"date", "time"}:
        return value
    if value is not None and value == context.refused:
        other = _read_once(slot, heard, context, asked=asked)
        return value if other is None else other
    return _newest(slot, heard, context, value, asked=asked) if context.newest else value


def _newest(slot: Slot, heard: Utterance, context: Context, value: Any, *, asked: bool) -> Any:
    """The last of several days or hours; words that are left for another slot end the search."""
    left = ""
    while value is not None and left != (left := heard.mask()):
        newer = _read_once(slot, heard, context, asked=asked)
        value = value if newer is None else newer
    return value


def _ends_on(slot: Slot, heard: Utterance, context: Context) -> Any:
    """The hour on which the last sentence settles (`any time after ten. Half ten`)."""
    start = max((match.end() for match in _SENTENCE.finditer(heard.text)), default=0)
    last = heard.text[start:]
    if not start or slot.type != "time" or not 0 < len(last.split()) <= _SHORT_WORDS:
        return None
    around = replace(context, limits=None)
    value = _read_once(slot, Utterance.of(last, context.locale), around, asked=True)
    if value is not None:
        context.limits = around.limits
        heard.use((start, len(heard.text)))
    return value


def _read_once(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> Any:  # noqa: PLR0911  (one way out a case)
    own = slot.reader(heard, asked, context.values) if slot.reader else None
    if own is not None:
        return own
    match slot.type:
        case "phone":
            return _phone(heard, context, context.values.get(slot.key))
        case "email":
            return heard.keep(_email(slot, heard, context))
        case "date":
            past = slot.past
            day = heard.keep(find_date(heard, context.today, context.locale, past=past))
            return day.isoformat() if day else None
        case "time":
            settled = context.agreed and slot.key in context.values  # "yes, I'll ring in an hour"
            now = None if settled else context.now
            return _hour(heard, context, now, asked=asked or context.correcting)
        case "number":
            return given_count(slot, heard, context, asked=asked)
        case "choice":
            return heard.keep(find_choice(heard, slot.choices))
        case "text":
            alone = asked and context.alone
            return heard.keep(
                find_text(heard, slot.patterns) or in_own_words(heard, slot, alone=alone)
            )
        case "name":
            return given_name(slot, heard, context, asked=asked)
    return None


def _email(slot: Slot, heard: Utterance, context: Context) -> tuple[str, Span] | None:
    """The address said, put right by the name of who says it."""
    denied = str(context.values.get(slot.key) or "") if context.correcting else ""
    name = str(context.values.get("name") or "")
    return find_email_of(name, heard, context.locale, denied=denied)


def read_asked(slot: Slot, heard: Utterance, context: Context, *, alone: bool) -> Any:  # noqa: PLR0911  (one way out a case)
    """The slot's value when it was just asked, so that a bare answer counts.

    Args:
        slot: what was asked.
        heard: the sentence, less what was already read from it.
        context: what reading depends on.
        alone: whether nothing else was asked with it.
    """
    match slot.type:
        case "number":
            return heard.keep(bare_count(slot, heard, context.locale, asked=True))
        case "time":
            found = find_bare_hour(
                heard, context.locale, earliest_hour=context.form.earliest_hour, part=context.part
            )
            moment = heard.keep(found)
            return moment.strftime("%H:%M") if moment else None
        case "date":
            if not alone:
                return None
            day = parse_written_date(heard.raw, context.today, context.locale)
            return day.isoformat() if day else None
        case "name":
            thanks = says_only_thanks(heard.raw_folded, context.locale)
            return None if thanks else heard.keep(find_name(heard, context.locale, asked=True))
        case "yes_no":
            answer = find_answer(heard.folded, context.locale)
            return None if answer is None else answer == "yes"
        case "choice":
            named = [replace(one, phrases=one.asked) for one in slot.choices if one.asked]
            bare = heard.keep(find_choice(heard, named))
            if bare is not None:
                return bare
            said = find_answer(heard.folded, context.locale)
            return next((one.value for one in slot.choices if said and one.answer == said), None)
        case "text":
            return free_answer(slot, heard, context, alone=alone)
    return None


def _hour(heard: Utterance, context: Context, now: time | None, *, asked: bool) -> str | None:
    """The hour, the limits said around it being remembered (`entre 19 et 20 h`)."""
    found = find_when(
        heard,
        context.locale,
        earliest_hour=context.form.earliest_hour,
        part=context.part,
        now=now,
        asked=asked,
    )
    if found is None or found[0].at is None:
        return None
    when, span = found
    heard.use(span)
    context.limits = _clock(when.not_before), _clock(when.not_after)
    return _clock(when.at)


def _clock(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None


def _phone(heard: Utterance, context: Context, known: str | None) -> str | None:
    country = context.form.country
    found = find_phone(heard, country)
    if not found and known and context.correcting:
        found = amend_phone(known, heard, country)
    if found:
        heard.use(found.span)
        return found.e164
    digits = loose_digits(heard) if context.digits else None
    joined = None
    if digits and digits[0] == context.digits:
        joined = parse_phone(digits[0], country, insisted=True)
    elif digits:
        joined = parse_phone(context.digits + digits[0], country)
    if joined and digits:
        heard.use(digits[1])
    return joined
