"""What a way of saying a date means on the calendar."""

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from dateutil.easter import easter

from allokoli.dialogue.entities.when import When
from allokoli.dialogue.entities.when_patterns import names
from allokoli.dialogue.lexicon import lexicon

Parts = Mapping[str, str | None]
"""What stood in the holes of a pattern."""

_WEEK_DAYS = 7
_YEAR_MONTHS = 12
_CENTURY = 100


def resolve(means: Mapping[str, Any], parts: Parts, today: date, locale: str) -> When[date] | None:
    """The day or the days meant.

    Args:
        means: the rule's keys other than `say`.
        parts: what stood in its holes.
        today: the day it was said.
        locale: the language it was said in.
    """
    try:
        return _MEANS[means["means"]](means, parts, today, locale)
    except (ValueError, OverflowError):  # "le 45 mars", "dans 999 mois"
        return None


def _in_days(means: Mapping[str, Any], parts: Parts, today: date, _: str) -> When[date]:
    number = int(parts.get("n") or means.get("n", 1))
    return When(today + timedelta(days=number * means.get("times", 1) + means.get("plus", 0)))


def _in_months(means: Mapping[str, Any], parts: Parts, today: date, _: str) -> When[date]:
    number = today.year * _YEAR_MONTHS + today.month - 1
    year, month = divmod(number + int(parts.get("n") or means.get("n", 1)), _YEAR_MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return When(date(year, month + 1, min(today.day, last)))


def _weekday(means: Mapping[str, Any], parts: Parts, today: date, locale: str) -> When[date]:
    """The next one, today excluded unless the rule says `today = true`, `least` days ahead."""
    weekday = names("weekdays", locale)[str(parts["weekday"])]
    ahead = (weekday - today.weekday()) % _WEEK_DAYS
    if (ahead == 0 and not means.get("today")) or ahead < means.get("least", 0):
        ahead += _WEEK_DAYS
    return When(today + timedelta(days=ahead + means.get("plus", 0)))


def _week_weekday(means: Mapping[str, Any], parts: Parts, today: date, locale: str) -> When[date]:
    weekday = names("weekdays", locale)[str(parts["weekday"])]
    return When(_monday(today, means["week"], locale) + timedelta(days=_place(weekday, locale)))


def _week(means: Mapping[str, Any], _: Parts, today: date, locale: str) -> When[date]:
    """Days of a week (`week` from this one, `days` from Monday); a week gone by is the next."""
    weekdays = means["days"]
    monday = _monday(today, means["week"], locale)
    first = monday + timedelta(days=_place(weekdays[0], locale))
    last = monday + timedelta(days=_place(weekdays[-1], locale))
    if last < today:
        first, last = first + timedelta(weeks=1), last + timedelta(weeks=1)
    first = max(first, today)
    return When(None if means.get("vague") else first, first, last)


def _month(means: Mapping[str, Any], parts: Parts, today: date, locale: str) -> When[date]:
    """Some days of a month, named or counted from this one."""
    if parts.get("month"):
        month = names("months", locale)[str(parts["month"])] + 1
        year = today.year + (month < today.month)
    else:
        number = today.year * _YEAR_MONTHS + today.month - 1 + means.get("ahead", 0)
        year, month = number // _YEAR_MONTHS, number % _YEAR_MONTHS + 1
    length = calendar.monthrange(year, month)[1]
    low, high = means.get("days", [1, 31])
    first, last = date(year, month, low), date(year, month, min(high, length))
    return When(None, max(first, today), last)


def _day_month(
    means: Mapping[str, Any], parts: Parts, today: date, locale: str
) -> When[date] | None:
    if parts.get("month"):
        month = names("months", locale)[str(parts["month"])] + 1
    elif parts.get("nth_month"):
        month = names("nth_months", locale)[str(parts["nth_month"])] + 1
    else:
        month = int(parts.get("mm") or 0)
    if parts.get("nth_day"):
        day = names("nth_days", locale)[str(parts["nth_day"])] + 1
    else:
        day = int(parts.get("d") or means.get("d", 0))
    year = today.year - means["years_ago"] if "years_ago" in means else _year(parts, today)
    if year is not None:
        return When(date(year, month, day))
    found = next(
        (
            moment
            for moment in (_date(today.year, month, day), _date(today.year + 1, month, day))
            if moment and moment >= today
        ),
        None,
    )
    return When(found) if found else None


def _year(parts: Parts, today: date) -> int | None:
    """The year said, in four digits, in two, or in pieces (`dix-neuf quatre-vingt`, `80 5`)."""
    pieces = (parts.get("y") or parts.get("yy") or "").split()
    if not pieces:
        return None
    unit = int(pieces.pop()) if len(pieces[-1]) == 1 else 0
    year = int("".join(pieces)) + unit
    if year >= _CENTURY:
        return year
    century = today.year // _CENTURY * _CENTURY
    gone = parts.get("yy") is not None and century + year > today.year
    return century + year - _CENTURY * gone


def _day_of_month(
    means: Mapping[str, Any], parts: Parts, today: date, locale: str
) -> When[date] | None:
    """The next day of that number; a rule with `same = true` wants the weekday said to be its."""
    weekday = names("weekdays", locale)[str(parts["weekday"])] if means.get("same") else None
    day, year, month = int(parts["d"] or 0), today.year, today.month
    for _month_ahead in range(_YEAR_MONTHS):
        found = _date(year, month, day)
        if found is not None and found >= today:
            return When(found) if weekday in {None, found.weekday()} else None
        year, month = (year + 1, 1) if month == _YEAR_MONTHS else (year, month + 1)
    return None


def _nth_weekday(
    means: Mapping[str, Any], parts: Parts, today: date, locale: str
) -> When[date] | None:
    """`le deuxième mardi de janvier`, `le dernier samedi du mois`."""
    weekday = names("weekdays", locale)[str(parts["weekday"])]
    rank = int(parts.get("nth") or 0) - 1
    named = names("months", locale)[str(parts["month"])] + 1 if parts.get("month") else None
    month = named or today.month + means.get("ahead", 0)
    for ahead in (0, _YEAR_MONTHS if named else 1):
        years, index = divmod(month - 1 + ahead, _YEAR_MONTHS)
        weeks = calendar.monthcalendar(today.year + years, index + 1)
        days = [week[weekday] for week in weeks if week[weekday]]
        if rank >= len(days):
            continue
        found = date(today.year + years, index + 1, days[rank])
        if found >= today:
            return When(found)
    return None


def _holiday(means: Mapping[str, Any], _: Parts, today: date, __: str) -> When[date] | None:
    """A day of each year: `on = "12-25"`, or days from Easter: `easter = 1`."""
    for year in (today.year, today.year + 1):
        if "easter" in means:
            found = easter(year) + timedelta(days=means["easter"])
        else:
            found = date.fromisoformat(f"{year}-{means['on']}")
        if found >= today:
            return When(found)
    return None


def _nothing(*_: object) -> None:
    """Words that look like a date and are none (`lundi dernier`), or a day that does not suit."""


def _monday(today: date, weeks: int, locale: str) -> date:
    """The first day of a week: a Monday, or a Sunday in Hebrew."""
    return today + timedelta(weeks=weeks) - timedelta(days=_place(today.weekday(), locale))


def _place(weekday: int, locale: str) -> int:
    """A weekday's place in its week, 0 to 6."""
    return (weekday - int(lexicon(locale).time["first_weekday"])) % _WEEK_DAYS


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_MEANS: Mapping[str, Callable[[Mapping[str, Any], Parts, date, str], When[date] | None]] = {
    "in_days": _in_days,
    "in_months": _in_months,
    "weekday": _weekday,
    "week_weekday": _week_weekday,
    "week": _week,
    "month": _month,
    "day_month": _day_month,
    "day_of_month": _day_of_month,
    "nth_weekday": _nth_weekday,
    "holiday": _holiday,
    "nothing": _nothing,
    "unwanted": _nothing,
}
