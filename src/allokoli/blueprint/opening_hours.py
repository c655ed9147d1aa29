"""Whether a caller's day and hour are within opening hours, and what to propose instead."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from allokoli.blueprint.blueprint import Blueprint, Hours
from allokoli.blueprint.wording import speak_date, speak_intervals, speak_time
from allokoli.dialogue import Known, Refusal
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.speech import join_words
from allokoli.dialogue.text import capital

_SEARCH_DAYS = 30
Check = Callable[[Any, Mapping[str, Any], Known], Refusal | None]


def check_date(blueprint: Blueprint, data: dict[str, Any], local: datetime) -> Check:
    """Refuses past and closed days with the sentence to say."""
    words = data["wording"]

    def check(value: str, _values: Mapping[str, Any], _known: Known) -> Refusal | None:
        day = date.fromisoformat(value)
        if day < local.date():
            return Refusal(str(words["past"][0]))
        hours = blueprint.hours
        if hours is None or not hours.any_open() or hours.on(day):
            return None
        said = words["closed_day"][0].format(day=speak_date(day, blueprint.language))
        near = nearest_open_day(blueprint, day, local.date())
        if near:
            proposal = speak_date(near, blueprint.language)
            said += " " + words["near_day"][0].format(day=proposal)
        return Refusal(str(said), near.isoformat() if near else None)

    return check


def check_time(blueprint: Blueprint, data: dict[str, Any], local: datetime) -> Check:
    """Refuses moments gone by and hours outside opening, with the sentence to say."""
    words = data["wording"]

    def check(value: str, values: Mapping[str, Any], _known: Known) -> Refusal | None:
        if not values.get("date"):
            return None
        day = date.fromisoformat(values["date"])
        if datetime.combine(day, time.fromisoformat(value)) <= local:
            return Refusal(str(words["past"][0]))
        hours = blueprint.hours
        if hours is None or not hours.any_open():
            return None
        intervals = hours.on(day)
        if any(_within(value, start, end) for start, end in intervals) or not intervals:
            return None
        sentence = words["closed_hour"][0].format(
            time=speak_time(time.fromisoformat(value), blueprint.language),
            hours=speak_intervals(intervals, blueprint.language),
        )
        return Refusal(str(sentence))

    return check


def nearest_open_day(blueprint: Blueprint, day: date, today: date) -> date | None:
    """The open day nearest to a closed one, the later one when two are as near."""
    hours = blueprint.hours
    if hours is None:
        return None
    for distance in range(1, _SEARCH_DAYS):
        for candidate in (day + timedelta(days=distance), day - timedelta(days=distance)):
            if candidate >= today and hours.on(candidate):
                return candidate
    return None


def speak_week(blueprint: Blueprint, data: dict[str, Any]) -> str:
    """The week's hours in a sentence."""
    words = data["wording"]
    hours = blueprint.hours
    if hours is None or not hours.any_open():
        return str(words["hours_none"][0])
    said = speak_hours(hours, blueprint.language)
    return capital(str(words["hours_today"][0]).format(hours=said))


def speak_hours(hours: Hours, locale: str) -> str:
    """The week's opening hours from the day it begins on, days with the same hours together."""
    words = lexicon(locale).time
    says, first = words["says"], int(words["first_weekday"])
    week = (hours.mon, hours.tue, hours.wed, hours.thu, hours.fri, hours.sat, hours.sun)
    groups: list[tuple[list[int], list[tuple[str, str]]]] = []
    for index, intervals in [*enumerate(week)][first:] + [*enumerate(week)][:first]:
        if groups and groups[-1][1] == intervals:
            groups[-1][0].append(index)
        else:
            groups.append(([index], intervals))
    said = []
    for days, intervals in groups:
        if not intervals:
            continue
        names = [str(words["weekdays"][day][0]) for day in days]
        shown = (
            says["days_run"].format(first=names[0], last=names[-1])
            if len(days) > 2  # noqa: PLR2004
            else join_words(names, locale)
        )
        spoken = speak_intervals(intervals, locale)
        said.append(says["day_hours"].format(day=shown, hours=spoken))
    return join_words(said, locale)


def _within(value: str, start: str, end: str) -> bool:
    if end <= start:
        return value >= start or value < end
    return start <= value < end
