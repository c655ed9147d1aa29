"""Public holidays of a country, from its data."""

import tomllib
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

_WEEK = 7


def public_holidays(country: str, after: date, *, days: int = 366) -> list[date]:
    """The holidays of the coming year; none for a country that the data does not cover.

    Args:
        country: ISO 3166 code.
        after: the first day that counts.
        days: how far ahead.
    """
    rules = _rules().get(country)
    if rules is None:
        return []
    last = after + timedelta(days=days)
    found = {day for year in (after.year, after.year + 1) for day in _of_year(rules, year)}
    return sorted(day for day in found if after <= day < last)


def _of_year(rules: dict[str, Any], year: int) -> list[date]:
    from dateutil.easter import easter

    fixed = [date.fromisoformat(f"{year}-{day}") for day in rules["fixed"]]
    moving = [easter(year) + timedelta(days=shift) for shift in rules["easter"]]
    return fixed + moving + [_nth(year, **rule) for rule in rules["nth"]]


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    if nth < 0:
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - weekday) % _WEEK)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % _WEEK + _WEEK * (nth - 1))


@lru_cache
def _rules() -> dict[str, Any]:
    path = files("allokoli.configurator").joinpath("data", "holidays.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
