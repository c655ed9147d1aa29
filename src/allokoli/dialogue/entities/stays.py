"""The nights between the day one arrives and the day one leaves (`du 20 au 22`)."""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from allokoli.dialogue.entities.dates import find_date
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_LONGEST_DAYS = 60
_NEAR_CHARS = 12


def find_nights(utterance: Utterance, first: date, locale: str) -> tuple[int, Span] | None:
    """How many nights a stay has.

    Args:
        utterance: the sentence; what was read as the day of arrival is looked at again.
        first: the day of arrival.
        locale: its language.

    Returns:
        From 1 to 60 nights, and where the day of leaving was said; None when it was not.
    """
    for until in _until(locale).finditer(utterance.folded):
        found = _last(utterance.text[until.end() :], first, locale)
        if found and 0 < (found[0] - first).days <= _LONGEST_DAYS:
            return (found[0] - first).days, (until.start(), until.end() + found[1])
    return None


def _last(said: str, first: date, locale: str) -> tuple[date, int] | None:
    """The day of leaving that begins a text, and where it ends there."""
    found = find_date(Utterance.of(said, locale), first + timedelta(days=1), locale)
    if found and found[1][0] <= _NEAR_CHARS:
        return found[0], found[1][1]
    alone = _alone(locale).match(fold(said))
    day = int(alone["d"]) if alone else 0
    return (_next(first, day), alone.end("d")) if alone and 0 < day <= _in(first) else None


def _next(first: date, day: int) -> date:
    """The first day of that number after another day."""
    if day > first.day:
        return first.replace(day=day)
    after = first.replace(day=_in(first)) + timedelta(days=1)
    return after.replace(day=min(day, _in(after)))


def _in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


@lru_cache
def _until(locale: str) -> re.Pattern[str]:
    """What stands before the day of leaving."""
    words = lexicon(locale).time.get("until", ())
    longest = sorted({fold(word) for word in words}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest)) or '(?!)'})[\s-]+")


@lru_cache
def _alone(locale: str) -> re.Pattern[str]:
    """A number that is a day by itself: nothing that it counts follows."""
    words = lexicon(locale).time.get("after_until", ())
    then = "|".join(re.escape(fold(word)) for word in words) or "(?!)"
    return re.compile(rf"(?P<d>\d{{1,2}})(?=\s*(?:[,.;!?]|$)|\s+(?:{then})\b)")
