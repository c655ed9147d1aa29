"""Languages: French is the source, English and Hebrew are translated with gettext."""

import gettext
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import dates, numbers

LOCALES = ("fr", "en", "he")
_FOLDER = Path(__file__).parent / "locale"


@lru_cache(maxsize=len(LOCALES))
def translator(locale: str) -> gettext.NullTranslations:
    """The translations of a language; French when there is none."""
    return gettext.translation("allokoli", _FOLDER, [locale], fallback=True)


def direction(locale: str) -> str:
    """Reading direction of a language, for HTML's `dir`."""
    return "rtl" if locale == "he" else "ltr"


def best_locale(accept_language: str | None, default: str = "fr") -> str:
    """The first of our languages in an `Accept-Language` header."""
    for part in (accept_language or "").split(","):
        language = part.split(";")[0].strip()[:2].lower()
        if language in LOCALES:
            return language
    return default


def mark(message: str) -> str:
    """Mark a message for translation where it is written but not yet shown."""
    return message


def format_datetime(moment: datetime, locale: str, timezone: str, style: str = "medium") -> str:
    """A moment in words, in a time zone.

    Args:
        moment: an aware datetime.
        locale: one of `LOCALES`.
        timezone: IANA name, e.g. "Europe/Paris".
        style: short, medium, long or full.
    """
    return str(dates.format_datetime(moment, style, tzinfo=ZoneInfo(timezone), locale=locale))


def format_duration(seconds: float, locale: str) -> str:
    """A duration as people read it: `2 min 05 s`."""
    minutes, rest = divmod(round(seconds), 60)
    minute, second = ("דק׳", "שנ׳") if locale == "he" else ("min", "s")
    if not minutes:
        return f"{rest}\u00a0{second}"
    return f"{minutes}\u00a0{minute}\u00a0{rest:02d}\u00a0{second}"


def format_percent(share: float, locale: str) -> str:
    """A share between 0 and 1 as a percentage."""
    return str(numbers.format_percent(share, locale=locale))
