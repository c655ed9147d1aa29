"""Dates, durations and numbers as each language writes them."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel import dates

from allokoli.core import clock
from allokoli.core.i18n import LOCALES, best_locale, format_duration, format_percent
from allokoli.core.settings import get_settings

DEFAULT_TIMEZONE = "Europe/Paris"


def preferred_locale(chosen: str | None, accept_language: str | None) -> str:
    """The language to greet somebody in.

    Args:
        chosen: what they chose before, kept in a cookie.
        accept_language: what their browser asks for.
    """
    if chosen in LOCALES:
        return str(chosen)
    return best_locale(accept_language, get_settings().default_locale)


def of(locale: str) -> dict[str, Callable[..., str]]:
    """The formatting functions templates call, bound to a language."""
    return {
        "when": lambda moment, timezone=DEFAULT_TIMEZONE: when(moment, locale, timezone),
        "clock_time": lambda moment, timezone=DEFAULT_TIMEZONE: str(
            dates.format_time(moment, "short", tzinfo=ZoneInfo(timezone), locale=locale)
        ),
        "duration": lambda seconds: format_duration(seconds, locale),
        "percent": lambda share: format_percent(share, locale),
        "value": lambda found: value(found, locale),
    }


def when(moment: datetime, locale: str, timezone: str) -> str:
    """A moment as one says it: the time today, the weekday this week, else the date."""
    zone = ZoneInfo(timezone)
    local, today = moment.astimezone(zone), clock.now().astimezone(zone).date()
    hour = dates.format_time(local, "short", tzinfo=zone, locale=locale)
    days = (today - local.date()).days
    if days in {0, 1}:
        return f"{_NEAR_DAYS[locale][days]} {hour}"
    pattern = "EEEE d MMMM" if 0 < days < 7 else "d MMM y"  # noqa: PLR2004 - a week
    return f"{dates.format_date(local, pattern, locale=locale)} {hour}"


def value(found: Any, locale: str) -> str:
    """A value a caller gave (ISO date, `HH:MM`, E.164 phone, number, text) as people write it."""
    if isinstance(found, bool):
        return _YES_NO[locale][0 if found else 1]
    if isinstance(found, list):
        return ", ".join(value(item, locale) for item in found)
    text = str(found)
    for read in (_date, _time, _phone):
        written = read(text, locale)
        if written is not None:
            return written
    return text


def _date(text: str, locale: str) -> str | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return str(dates.format_date(day, "EEEE d MMMM y", locale=locale))


def _time(text: str, locale: str) -> str | None:
    try:
        moment = time.fromisoformat(text) if ":" in text else None
    except ValueError:
        return None
    return None if moment is None else str(dates.format_time(moment, "short", locale=locale))


def _phone(text: str, _locale: str) -> str | None:
    if not text.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


_NEAR_DAYS = {
    "fr": ("aujourd’hui", "hier"),
    "en": ("today", "yesterday"),
    "he": ("היום", "אתמול"),
}
_YES_NO = {"fr": ("oui", "non"), "en": ("yes", "no"), "he": ("כן", "לא")}
