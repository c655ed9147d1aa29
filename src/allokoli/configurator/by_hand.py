"""A part of the blueprint as a form without scripts sends it, read through the same checks."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from allokoli.blueprint.blueprint import WEEKDAYS
from allokoli.configurator.contact_readers import read_escalation, read_notify
from allokoli.configurator.hours_reader import read_hours
from allokoli.configurator.own_fields import field_key
from allokoli.core.errors import InvalidInput
from allokoli.core.i18n import mark
from allokoli.dialogue.lexicon import lexicon

Sent = Mapping[str, Sequence[str]]
"""What a form sent: every value of each name."""

BAD_HOURS = mark("Vérifiez les horaires\u00a0: par exemple 9 h-12 h, 14 h-18 h.")
BAD_DATE = mark("Vérifiez les dates\u00a0: par exemple 25/12/2026, ou 24/12/2026 9 h-12 h.")
BAD_PHONE = mark("Ce numéro de téléphone n’est pas complet.")
BAD_EMAIL = mark("Cette adresse e-mail n’est pas complète.")
BAD_LINK = mark("L’adresse web commence par https://.")

_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)\s*(.*)")
_MOST_ROWS = 100
_MOST_LINES = 50
_LINK = re.compile(r"https?://\S+")


def read_part(  # noqa: PLR0911  (one way out a part)
    part: str, sent: Sent, *, locale: str, country: str, today: date
) -> Any:
    """A part in the blueprint's shape.

    Args:
        part: its name.
        sent: the form's values.
        locale: language of the form.
        country: where national phone numbers are read.
        today: dates without a year come after it.

    Raises:
        InvalidInput: something that cannot be kept, told in French.
    """
    match part:
        case "fields":
            return _fields(sent)
        case "hours":
            return _hours(sent, locale, country, today)
        case "faqs":
            rows = zip(_all(sent, "question"), _all(sent, "answer"), strict=False)
            return [{"question": q, "answer": a} for q, a in rows if q or a][:_MOST_ROWS]
        case "escalation":
            phone = _phone(_one(sent, "phone"), locale, country)
            return _filled({"phone": phone, "when": _one(sent, "when")})
        case "notify":
            return _notify(sent, locale, country)
        case "must_not_say":
            lines = [line.strip() for line in _one(sent, "lines").splitlines() if line.strip()]
            return lines[:_MOST_LINES]
        case "services" | "languages":
            return list(dict.fromkeys(value for value in _all(sent, part) if value))
        case _:
            return _one(sent, part)


def written_hours(hours: Mapping[str, Any] | None) -> dict[str, str]:
    """Hours as the form shows them, and as `read_part` reads them back."""
    week = hours or {}
    shown: dict[str, str] = {day: _spans(week.get(day) or ()) for day in WEEKDAYS}
    lines = [f"{one['date']} {_spans(one['slots'])}".strip() for one in week.get("exceptions", ())]
    return {**shown, "exceptions": "\n".join(lines)}


def _spans(intervals: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"{start}-{end}" for start, end in intervals)


def _fields(sent: Sent) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    rows = zip(
        _all(sent, "key"), _all(sent, "label"), _all(sent, "type"), _all(sent, "choices"),
        _all(sent, "required"), strict=False,
    )  # fmt: skip
    for key, label, kind, choices, required in rows:
        if not label:
            continue
        name = key or field_key(label)
        made: dict[str, Any] = {"key": name, "label": label, "type": kind or "text"}
        made["required"] = required != "no"
        listed = [one.strip() for one in choices.split(",") if one.strip()]
        if made["type"] == "choice":
            made["choices"] = listed
        found.setdefault(name, made)
    return list(found.values())


def _hours(sent: Sent, locale: str, country: str, today: date) -> dict[str, Any]:
    week: dict[str, Any] = {}
    for index, day in enumerate(WEEKDAYS):
        said = _one(sent, day)
        if not said:
            continue
        name = lexicon(locale).time["weekdays"][index][0]
        read = read_hours(f"{name} {said}", locale, today=today, country=country)
        found = (read.hours or {}).get(day)
        if not found:
            raise InvalidInput(BAD_HOURS)
        week[day] = found
    lines = [line.strip() for line in _one(sent, "exceptions").splitlines() if line.strip()]
    exceptions = [one for line in lines for one in _exception(line, locale, country, today)]
    if exceptions:
        week["exceptions"] = exceptions[:_MOST_ROWS]
    return week


def _exception(line: str, locale: str, country: str, today: date) -> list[dict[str, Any]]:
    iso = _ISO.fullmatch(line)
    if iso:
        try:
            day = date.fromisoformat(line.strip()[:10])
        except ValueError:
            raise InvalidInput(BAD_DATE) from None
        line = f"{day.day:02}/{day.month:02}/{day.year} {iso.group(4)}"
        today = min(today, day)
    closed = str(lexicon(locale).time["says"]["closed"])
    timed = re.search(r"\d\s*(?:[:h]|am|pm)|-", line.split(" ", 1)[-1] if " " in line else "")
    read = read_hours(line if timed else f"{closed} {line}", locale, today=today, country=country)
    found = (read.hours or {}).get("exceptions")
    if not found:
        raise InvalidInput(BAD_DATE)
    return list(found)


def _notify(sent: Sent, locale: str, country: str) -> dict[str, str]:
    email, link = _one(sent, "email"), _one(sent, "webhook")
    if email:
        address = (read_notify(email, locale, country, None).value or {}).get("email")
        if address is None:
            raise InvalidInput(BAD_EMAIL)
        email = address
    if link and not _LINK.fullmatch(link):
        raise InvalidInput(BAD_LINK)
    phone = _phone(_one(sent, "phone"), locale, country)
    return _filled({"email": email, "phone": phone, "webhook": link})


def _phone(said: str, locale: str, country: str) -> str:
    if not said:
        return ""
    phone = (read_escalation(said, locale, country, None).value or {}).get("phone")
    if phone is None:
        raise InvalidInput(BAD_PHONE)
    return str(phone)


def _filled(parts: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parts.items() if value}


def _one(sent: Sent, name: str) -> str:
    return next(iter(sent.get(name, ())), "").strip()


def _all(sent: Sent, name: str) -> list[str]:
    return [value.strip() for value in sent.get(name, ())][:_MOST_ROWS]
