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
from allokoli.web.typography import NO_BREAK

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
        "duration": lambda seconds: format_duration(seconds, locale),
        "percent": lambda share: format_percent(share, locale),
        "value": lambda found: value(found, locale),
    }


def when(moment: datetime, locale: str, timezone: str) -> str:
    """A moment as one says it: the time today, the weekday this week, else the date."""
    zone = ZoneInfo(timezone)
    local, today = moment.astimezone(zone), clock.now().astimezone(zone).date()
    hour = hour_of(local.time(), locale)
    days = (today - local.date()).days
    if days in {0, 1}:
        return f"{_NEAR_DAYS[locale][days]}{_AT[locale]}{hour}"
    pattern = "EEEE d MMMM" if 0 < days < 7 else "d MMM y"  # noqa: PLR2004 - a week
    return f"{dates.format_date(local, pattern, locale=locale)}{_AT[locale]}{hour}"


def hour_of(moment: time, locale: str) -> str:
    """A time of day: `20 h 30` in French, as one says it."""
    if locale != "fr":
        return str(dates.format_time(moment, "short", locale=locale))
    minutes = f"{NO_BREAK}{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour}{NO_BREAK}h{minutes}"


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
    return None if moment is None else hour_of(moment, locale)


def _phone(text: str, _locale: str) -> str | None:
    if not text.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return written.replace(" ", NO_BREAK)


_NEAR_DAYS = {
    "fr": ("aujourd’hui", "hier"),
    "en": ("today", "yesterday"),
    "he": ("היום", "אתמול"),
}
_AT = {"fr": " à ", "en": ", ", "he": ", "}
_YES_NO = {"fr": ("oui", "non"), "en": ("yes", "no"), "he": ("כן", "לא")}
