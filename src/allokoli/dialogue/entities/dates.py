"""Dates as people say them (`samedi en huit`, `le 14`, `tomorrow`), read in the future."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from allokoli.dialogue.entities.when_patterns import names, when_rules
from allokoli.dialogue.utterance import Span, Utterance

_MAX_FALLBACK_CHARS = 40
_WEEK_DAYS = 7
_MAX_AHEAD_DAYS = 730


def find_date(
    utterance: Utterance, today: date, locale: str, *, past: bool = False
) -> tuple[date, Span] | None:
    """The first date said, preferring the fullest wording at each place.

    Args:
        utterance: the sentence; spans already used are skipped.
        today: the day of the conversation, in the organization's time zone.
        locale: its language.
        past: only dates gone by, said with their year (a date of birth).
    """
    folded = utterance.mask()
    candidates: list[tuple[Span, date | None]] = []
    for rule in when_rules("dates", locale):
        for match in rule.pattern.finditer(folded):
            found = _resolve(rule.means["means"], match.groupdict(), today, locale)
            suits = found is not None and (found < today) == past
            candidates.append((match.span(), found if suits else None))
    candidates.sort(key=lambda item: (item[0][0] - item[0][1], item[0][0]))
    kept: list[tuple[Span, date | None]] = []
    for span, found in candidates:
        if all(span[1] <= other[0] or other[1] <= span[0] for other, _ in kept):
            kept.append((span, found))
    return next(((found, span) for span, found in sorted(kept, key=_start) if found), None)


def _start(item: tuple[Span, date | None]) -> int:
    return item[0][0]


def parse_written_date(text: str, today: date, locale: str) -> date | None:
    """A date in a wording our rules do not know, when it is all that was said."""
    if len(text) > _MAX_FALLBACK_CHARS or not any(c.isdigit() for c in text):
        return None
    import dateparser

    settings: Any = {
        "RELATIVE_BASE": _midnight(today),
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day", "month"],
    }
    found = dateparser.parse(text, languages=[locale], settings=settings)
    if found is None or not 0 <= (found.date() - today).days <= _MAX_AHEAD_DAYS:
        return None
    return found.date()


def _resolve(means: str, parts: Mapping[str, str | None], today: date, locale: str) -> date | None:  # noqa: PLR0911  (one way out a case)
    weekday = names("weekdays", locale).get(parts.get("weekday") or "", -1)
    number = int(parts.get("n") or 0)
    match means:
        case "day+0" | "day+1" | "day+2":
            return today + timedelta(days=int(means[-1]))
        case "in_days":
            return today + timedelta(days=number)
        case "in_weeks":
            return today + timedelta(weeks=number)
        case "this_weekday":
            return today + timedelta(days=(weekday - today.weekday()) % _WEEK_DAYS)
        case "weekday":
            return _next_weekday(weekday, today)
        case "weekday+7" | "weekday+14":
            extra = int(means.removeprefix("weekday+"))
            return _next_weekday(weekday, today) + timedelta(days=extra)
        case "next_week_weekday":
            monday = today + timedelta(days=_WEEK_DAYS - today.weekday())
            return monday + timedelta(days=weekday)
        case "day_month":
            return _day_month(parts, today, locale)
        case "day_of_month":
            return _day_of_month(int(parts["d"] or 0), today)
    return None


def _next_weekday(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % _WEEK_DAYS + 1)


def _day_month(parts: Mapping[str, str | None], today: date, locale: str) -> date | None:
    if parts.get("month"):
        month = names("months", locale)[str(parts["month"])] + 1
    else:
        month = int(parts.get("mm") or 0)
    day = int(parts.get("d") or 0)
    years = [int(str(parts["y"]))] if parts.get("y") else [today.year, today.year + 1]
    for year in years:
        found = _date(year, month, day)
        if found is not None and (found >= today or parts.get("y")):
            return found
    return None


def _day_of_month(day: int, today: date) -> date | None:
    year, month = today.year, today.month
    for _ in range(12):
        found = _date(year, month, day)
        if found is not None and found >= today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _midnight(day: date) -> Any:
    from datetime import datetime, time

    return datetime.combine(day, time())  # dateparser reads a naive base in its own zone
