"""Dates, periods and holidays in opening hours (`du 1er au 15 août`, `les jours fériés`)."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from allokoli.configurator.holidays import public_holidays
from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.entities.when_patterns import names
from allokoli.dialogue.matching import phrase_pattern
from allokoli.dialogue.text import fold

_MOST_DAYS = 62
_HOLES = {
    "d": r"(?P<{name}>[0-3]?\d)(?:er|st|nd|rd|th)?(?!\d)",
    "mm": r"(?P<{name}>[01]?\d)(?!\d)",
    "y": r"(?P<{name}>20\d\d)",
}
DatesFound = tuple[int, int, list[date]]


def find_dates(folded: str, locale: str, today: date, country: str) -> Iterator[DatesFound]:
    """Where dates are said, and which days they are.

    Args:
        folded: the sentence, folded.
        locale: its language.
        today: days before it are next year's.
        country: whose public holidays.
    """
    words = owner_data(locale)["hours"]
    for phrase in words["public_holidays"]:
        for match in phrase_pattern(phrase).finditer(folded):
            yield *match.span(), public_holidays(country, today)
    for entry in words["named_days"].values():
        month, day = map(int, entry["day"].split("-"))
        for phrase in entry["phrases"]:
            for match in phrase_pattern(phrase).finditer(folded):
                found = _coming(today, month, day)
                yield *match.span(), [found] if found else []
    for kind in ("dates", "periods", "whole_months"):
        for pattern in words[kind]:
            for match in _compiled(pattern, locale).finditer(folded):
                days = _days(match.groupdict(), locale, today, whole=kind == "whole_months")
                if days:
                    yield *match.span(), days


def _days(parts: dict[str, str], locale: str, today: date, *, whole: bool) -> list[date]:
    months = names("months", locale)

    def month(mark: str) -> int | None:
        if parts.get(f"month{mark}"):
            return months[parts[f"month{mark}"]] + 1
        return int(parts[f"mm{mark}"]) if parts.get(f"mm{mark}") else None

    start_month = month("") or month("2")
    end_month = month("2") or start_month
    if start_month is None or end_month is None:
        return []
    year = int(parts["y"]) if parts.get("y") else None
    if whole:
        first = _coming(today.replace(day=1), start_month, 1)
        return _run(first, _last_of_month(first)) if first else []
    first = _coming(today, start_month, int(parts["d"]), year)
    if first is None or not parts.get("d2"):
        return [first] if first else []
    last = _coming(first, end_month, int(parts["d2"]))
    return _run(first, last) if last else []


def _run(first: date, last: date) -> list[date]:
    count = (last - first).days + 1
    return [first + timedelta(days=step) for step in range(count)] if count <= _MOST_DAYS else []


def _last_of_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)


def _coming(today: date, month: int, day: int, year: int | None = None) -> date | None:
    """The next such day; in a given year, that one, unless it is gone by."""
    for candidate in (year,) if year else (today.year, today.year + 1):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


@lru_cache(maxsize=256)
def _compiled(pattern: str, locale: str) -> re.Pattern[str]:
    options = "|".join(sorted(map(re.escape, names("months", locale)), key=len, reverse=True))
    out, at = [], 0
    folded = fold(pattern)
    for match in re.finditer(r"\{([a-z]+)(2?)\}|\s+", folded):
        out.append(re.escape(folded[at : match.start()]))
        kind, second = match.group(1), match.group(2)
        if kind == "month":
            out.append(f"(?P<month{second}>{options})")
        elif kind:
            out.append(_HOLES[kind].format(name=f"{kind}{second}"))
        else:
            out.append(r"[\s,]{1,3}")
        at = match.end()
    out.append(re.escape(folded[at:]))
    lead = r"(?:le |the |l'|au |du )?" if folded.startswith("{d}") else ""
    return re.compile(rf"(?<![\w:/]){lead}{''.join(out)}(?!\w)")
