"""Hours as people say them (`20h30`, `midi et quart`, `half past seven`)."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from allokoli.dialogue.entities.when_patterns import when_rules
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.utterance import Span, Utterance

_NOON = 12
_HOURS = 24
_MINUTES = 60
_LAST_MORNING_HOUR_AT_NIGHT = 5


def find_time(
    utterance: Utterance, locale: str, *, earliest_hour: int, part: str | None = None
) -> tuple[time, Span] | None:
    """The first hour said, preferring the fullest wording at each place.

    Args:
        utterance: the sentence; spans already used are skipped.
        locale: its language.
        earliest_hour: an hour below it is moved to the afternoon when nothing says otherwise.
        part: part of the day known from before (`morning`, `afternoon`, `evening`, `midi`).
    """
    folded = utterance.mask()
    part = find_part_of_day(folded, locale) or part
    best: tuple[time, Span] | None = None
    for rule in when_rules("times", locale):
        for match in rule.pattern.finditer(folded):
            span = match.span()
            if best is not None and not _better(span, best[1]):
                continue
            found = _resolve(rule.means, match.groupdict(), part, earliest_hour)
            if found is not None:
                best = found, span
    return best


def find_bare_hour(
    utterance: Utterance, *, earliest_hour: int, part: str | None
) -> tuple[time, Span] | None:
    """A lone number in answer to "at what time?" (`20`, `20 30`)."""
    match = re.search(
        r"(?<![\w:/])([0-2]?\d)(?:[\s:.]+([0-5]\d))?(?![\w])(?!(?<=\b1)\s+[a-z])", utterance.mask()
    )
    if match is None or int(match.group(1)) >= _HOURS:
        return None
    found = _shift(int(match.group(1)), int(match.group(2) or 0), part, earliest_hour)
    return (found, match.span()) if found else None


def find_part_of_day(folded: str, locale: str) -> str | None:
    """`morning`, `afternoon`, `evening` or `midi`, when it was said."""
    parts: Mapping[str, list[str]] = lexicon(locale).time["parts"]
    best: tuple[int, str] | None = None
    for part, phrases in parts.items():
        span = find_phrase(phrases, folded)
        if span and (best is None or span[1] - span[0] > best[0]):
            best = span[1] - span[0], part
    return best[1] if best else None


def _better(span: Span, than: Span) -> bool:
    if span[0] < than[1] and than[0] < span[1]:
        return span[1] - span[0] > than[1] - than[0]
    return span[0] < than[0]


def _resolve(
    means: Mapping[str, Any], parts: Mapping[str, str | None], part: str | None, earliest: int
) -> time | None:
    if "at" in means:
        hour, minute = means["at"].replace("{m}", parts.get("m") or "0").split(":")
        return time(int(hour), int(minute))
    hour, minute = int(parts.get("h") or 0), int(parts.get("m") or 0)
    if hour >= _HOURS:
        return None
    half = means.get("half")
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
        return time(hour, minute)
    add = means.get("add", 0)
    if add == "-{m}":
        total = hour * _MINUTES - minute
    elif add == "{m}":
        total = hour * _MINUTES + minute
    else:
        total = hour * _MINUTES + minute + int(add)
    total %= _HOURS * _MINUTES
    if total < 0:
        return None
    return _shift(total // _MINUTES, total % _MINUTES, part, earliest)


def _shift(hour: int, minute: int, part: str | None, earliest: int) -> time | None:
    """Move an hour said on a twelve-hour clock to the afternoon when that is what is meant."""
    if hour < _NOON and (
        (part == "evening" and hour > _LAST_MORNING_HOUR_AT_NIGHT - 1)
        or part == "afternoon"
        or (part in {None, "midi"} and 0 < hour < earliest)
    ):
        hour += _NOON
    return time(hour, minute)
