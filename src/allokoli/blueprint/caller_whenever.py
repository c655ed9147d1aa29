"""Callers who take what is free: the soonest, or any hour (`le plus tôt possible`, `whenever`).

The moment they are read back, and may still refuse, is the first one the business is open.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from allokoli.blueprint.blueprint import Hours
from allokoli.dialogue.entities.dates import find_date, find_vague_days
from allokoli.dialogue.entities.times import find_when
from allokoli.dialogue.form import Reader
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.utterance import Span, Utterance

_SEARCH_DAYS = 30
_STEP, _NOTICE = timedelta(minutes=30), timedelta(minutes=15)
"""Moments are offered by the half hour; none begins sooner than this."""
_ALONE = re.compile(r"(?:^|,)\W*\d{1,2}\W*(?:$|,)")
"""A number that is nobody's."""
Words = Mapping[str, Sequence[str]]


def any_day(
    hours: Hours | None, words: Words, local: datetime, locale: str, *, timed: bool
) -> Reader:
    """Reads a day from who takes the soonest, or any.

    Args:
        hours: when the business is open; None when nobody said.
        words: `soonest`, `any`: phrases.
        local: the time of the call where the business is.
        locale: the caller's language.
        timed: whether an hour is asked for too, which is then read from the same words.
    """

    def read(heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        said = _said(words, heard, asked=asked and not values.get("time"))
        if not asked and values.get("date"):
            return None  # tomorrow, "as early as you can", is not today
        if said is None or _names_a_day(heard, said, local, locale):
            return None
        if values.get("time") or not timed:
            heard.use(said)
        vague = find_vague_days(heard, local.date(), locale)  # `next week, the first you have`
        first = vague[0].not_before if vague else None
        return next_open(hours, _from(first, local)).date().isoformat()

    return read


def any_hour(hours: Hours | None, words: Words, local: datetime, locale: str) -> Reader:
    """Reads an hour from who takes the soonest, or any; the arguments are those of `any_day`."""

    def read(heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        said = _said(words, heard, asked=asked)
        if said is None or not values.get("date") or _names_an_hour(heard, locale, said):
            return None
        heard.use(said)
        day = date.fromisoformat(values["date"])
        first = next_open(hours, _from(day, local))
        return first.strftime("%H:%M") if first.date() == day else None

    return read


def _from(day: date | None, local: datetime) -> datetime:
    """The beginning of a day to come, or now."""
    return max(local, datetime.combine(day or local.date(), time.min, local.tzinfo))


def _said(words: Words, heard: Utterance, *, asked: bool) -> Span | None:
    """Where it is said; that anything suits tells something only to who asks when."""
    phrases = [*words["soonest"], *(words["any"] if asked else ())]
    said = find_phrase(phrases, heard.raw_folded)  # `the first one` as words, not as 1 1
    return heard.from_raw(said) if said else None


def _names_a_day(heard: Utterance, said: Span, local: datetime, locale: str) -> bool:
    """Whether another day than today is said (`as soon as possible on Monday`)."""
    named = find_date(heard, local.date(), locale)
    if named is None or named[0] == local.date():
        return False
    start, end = named[1]
    return end <= said[0] or said[1] <= start  # "the first one you've got" is no first of the month


def _names_an_hour(heard: Utterance, locale: str, said: Span) -> bool:
    """Whether an hour is said besides, a bare one too (`any time, five?`)."""
    found = find_when(heard, locale, earliest_hour=0, asked=False)
    alone = _ALONE.search(heard.mask(), said[1]) or _ALONE.search(heard.mask()[: said[0]])
    return alone is not None or (found is not None and found[0].at is not None)


def next_open(hours: Hours | None, local: datetime) -> datetime:
    """The first moment from now on, by the half hour, at which the business is open.

    Args:
        hours: when it is; None for always.
        local: now, where it is.
    """
    soon = _half_hour(local)
    if hours is None or not hours.any_open():
        return soon
    for days in range(_SEARCH_DAYS):
        day = local.date() + timedelta(days=days)
        for start, end in hours.on(day):
            opens = datetime.combine(day, time.fromisoformat(start), local.tzinfo)
            closes = datetime.combine(day, time.fromisoformat(end), local.tzinfo)
            closes += timedelta(days=closes <= opens)
            moment = max(opens, soon)
            if moment < closes:
                return moment
    return soon


def _half_hour(moment: datetime) -> datetime:
    day = datetime.combine(moment.date(), time.min, moment.tzinfo)
    return day + _STEP * ceil((moment + _NOTICE - day) / _STEP)
