"""What a simulated caller answers to each field of a blueprint, said and as it should be noted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allokoli.blueprint.blueprint import Blueprint, CallerField
from allokoli.blueprint.catalog import caller_facts
from allokoli.blueprint.wording import speak_date, speak_time
from allokoli.dialogue.lexicon import load

_SEARCH_DAYS = 28
_FIRST_DAY = 2
_NO_HOURS_AT = time(15, 0)
_HALF_HOUR = timedelta(minutes=30)
_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer.

    Attributes:
        say: how the caller says it.
        value: what should be noted: ISO dates, `HH:MM`, E.164, integers, words.
    """

    say: str
    value: Any


@dataclass(frozen=True, slots=True)
class Days:
    """When to ask to come, local to the business.

    Attributes:
        day: an open day, two days from now at the earliest.
        at: a time within its hours.
        later: another one.
        closed: a day without hours, near `day`, or None.
        outside: a time of `day` outside its hours, or None.
    """

    day: date
    at: time
    later: time
    closed: date | None = None
    outside: time | None = None


def facts_of(blueprint: Blueprint, fields: list[CallerField], days: Days) -> dict[str, Fact]:
    """The answer to each field.

    Args:
        blueprint: of the assistant that is called.
        fields: what it may ask.
        days: when to come.
    """
    words = load("allokoli.blueprint", blueprint.language, "rehearsal")
    own = {**words["facts"], **caller_facts(blueprint)}
    return {field.key: _fact(field, blueprint, days, words, own) for field in fields}


def days_of(blueprint: Blueprint, now: datetime) -> Days:
    """Days and times to ask for.

    Args:
        blueprint: of the assistant that is called.
        now: the present, aware.
    """
    today = now.astimezone(ZoneInfo(blueprint.timezone)).date()
    ahead = [today + timedelta(days=index) for index in range(_FIRST_DAY, _SEARCH_DAYS)]
    hours = blueprint.hours
    if hours is None or not hours.any_open():
        day = next(one for one in ahead if one.weekday() == 1)
        return Days(day, _NO_HOURS_AT, _later(_NO_HOURS_AT))
    day = next((one for one in ahead if hours.on(one)), ahead[0])
    spans = [(_minutes(start), _minutes(end)) for start, end in hours.on(day)]
    at, later = _within(spans)
    closed = next((one for one in ahead if not hours.on(one)), None)
    return Days(day, at, later, closed, _outside(spans))


def spoken_date(day: date, blueprint: Blueprint) -> Fact:
    """A day, as the caller says it."""
    return Fact(speak_date(day, blueprint.language), day.isoformat())


def spoken_time(moment: time, blueprint: Blueprint) -> Fact:
    """A time, as the caller says it."""
    return Fact(speak_time(moment, blueprint.language), moment.strftime("%H:%M"))


def spoken_phone(blueprint: Blueprint, *, other: bool = False) -> Fact:
    """A mobile number of the business's country that belongs to nobody in particular.

    Args:
        blueprint: of the assistant that is called.
        other: another one.
    """
    import phonenumbers

    kind = phonenumbers.PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(blueprint.country, kind)
    if number is None:
        number = phonenumbers.parse("+33612345678")
    if other:
        number = phonenumbers.PhoneNumber(number.country_code, (number.national_number or 0) + 1)
    form = phonenumbers.PhoneNumberFormat
    return Fact(
        phonenumbers.format_number(number, form.NATIONAL),
        phonenumbers.format_number(number, form.E164),
    )


def spoken_number(key: str, value: int, blueprint: Blueprint) -> Fact:
    """A number with what it counts (`4 personnes`)."""
    words = load("allokoli.blueprint", blueprint.language, "caller")["fields"].get(key, {})
    template = words.get("echo_one" if value == 1 else "echo", "{value}")
    return Fact(str(template).format(value=value), value)


def _fact(
    field: CallerField,
    blueprint: Blueprint,
    days: Days,
    words: Mapping[str, Any],
    own: Mapping[str, Any],
) -> Fact:
    given = own.get(field.key, words["kinds"].get(field.type))
    if field.type == "phone":
        return spoken_phone(blueprint)
    if field.type == "date" and field.key not in own:
        return spoken_date(days.day, blueprint)
    if field.type == "time":
        return spoken_time(days.at, blueprint)
    if field.type == "number":
        return spoken_number(field.key, int(given), blueprint)
    if field.choices:
        given = field.choices[0]
    known = given if isinstance(given, Mapping) else {"say": given, "value": given}
    return Fact(str(known["say"]), known["value"])


def _within(spans: list[tuple[int, int]]) -> tuple[time, time]:
    """Two times in the longest of the intervals, the first in its middle when that is long."""
    if not spans:
        return _NO_HOURS_AT, _later(_NO_HOURS_AT)
    start, end = max(((a, b if b > a else b + _A_DAY) for a, b in spans), key=lambda s: s[1] - s[0])
    hour = -(-start // 60) * 60
    first = hour + 60 if hour + 120 <= min(end, _A_DAY) else start
    second = first + 30 if first + 30 < min(end, _A_DAY) else first
    return _time(first), _time(second)


def _outside(spans: list[tuple[int, int]]) -> time | None:
    """A plausible hour outside the intervals."""
    for minutes in (15 * 60 + 30, 22 * 60, 23 * 60, 7 * 60):
        inside = [
            start <= minutes < end if end > start else minutes >= start or minutes < end
            for start, end in spans
        ]
        if not any(inside):
            return _time(minutes)
    return None


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _later(moment: time) -> time:
    return (datetime.combine(date.min, moment) + _HALF_HOUR).time()
