"""Values of a caller's answers, said as people say them."""

from datetime import date, time, timedelta
from typing import Any

from babel.dates import format_date

from allokoli.dialogue.entities.phones import speak_phone
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.speech import join_words

_EVENING_HOUR = 18
_NEAR_DAYS = 7
_BABEL = {"fr": "fr_FR", "en": "en_GB", "he": "he_IL"}


def speak_date(day: date, locale: str) -> str:
    """`samedi 28 novembre`."""
    words = lexicon(locale).time
    says = words["says"]
    number = says["first"] if day.day == 1 and "first" in says else str(day.day)
    return str(says["date"]).format(
        weekday=words["weekdays"][day.weekday()][0],
        day=number,
        month=words["months"][day.month - 1][0],
        year=day.year,
    )


def speak_time(moment: time, locale: str) -> str:
    """`20 h`, `20 h 30`."""
    return _hour(moment, locale, "hour", "hour_minutes")


def echo_date(day: date, moment: time | None, today: date, locale: str) -> str:
    """A date as the caller would have said it: `ce soir`, `demain`, `samedi`, `le 14 décembre`."""
    words = lexicon(locale).time
    says = words["says"]
    evening = moment is not None and moment.hour >= _EVENING_HOUR
    if day == today:
        return str(says["tonight"] if evening else says["today"])
    if day == today + timedelta(days=1):
        return str(says["tomorrow_evening"] if evening else says["tomorrow"])
    if 0 < (day - today).days < _NEAR_DAYS:
        return str(says["weekday"]).format(weekday=words["weekdays"][day.weekday()][0])
    number = says["first"] if day.day == 1 and "first" in says else str(day.day)
    return str(says["near_date"]).format(day=number, month=words["months"][day.month - 1][0])


def echo_time(moment: time, locale: str) -> str:
    """`20h`, `20h30`."""
    return _hour(moment, locale, "short_hour", "short_hour_minutes")


def speak_intervals(intervals: list[tuple[str, str]], locale: str) -> str:
    """`de 12 h à 14 h et de 19 h à 22 h`."""
    says = lexicon(locale).time["says"]
    if not intervals:
        return str(says["closed"])
    parts = [
        str(says["range"]).format(
            start=speak_time(time.fromisoformat(start), locale),
            end=speak_time(time.fromisoformat(end), locale),
        )
        for start, end in intervals
    ]
    return join_words(parts, locale)


def speak_value(kind: str, value: Any, locale: str) -> str:
    """An answer of any field type, or a date of birth, for reading back."""
    match kind:
        case "birth_date":
            return format_date(date.fromisoformat(value), "long", _BABEL[locale])
        case "date":
            return speak_date(date.fromisoformat(value), locale)
        case "time":
            return speak_time(time.fromisoformat(value), locale)
        case "phone":
            return speak_phone(value)
        case "yes_no":
            return lexicon(locale).words["yes" if value else "no"][0]
    return str(value)


def _hour(moment: time, locale: str, plain: str, with_minutes: str) -> str:
    says = lexicon(locale).time["says"]
    form = says[with_minutes] if moment.minute else says[plain]
    hour12 = moment.hour % 12 or 12
    half = "pm" if moment.hour >= 12 else "am"  # noqa: PLR2004
    return str(form).format(
        hour=moment.hour, minutes=f"{moment.minute:02d}", hour12=hour12, half=half
    )
