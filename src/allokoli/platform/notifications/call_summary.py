"""The mail an owner gets after a call: what the caller wanted, in the owner's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from babel.dates import format_date

from allokoli.core.i18n import format_datetime, format_duration, mark, translator
from allokoli.core.plain_line import one_line
from allokoli.platform.calls.models import Call

_INTENTS = {
    "book": mark("Réservation"),
    "change": mark("Modification"),
    "cancel": mark("Annulation"),
    "question": mark("Question"),
    "message": mark("Message"),
    "human": mark("Demande à parler à quelqu’un"),
    "urgent": mark("Urgence"),
    "opt_out": mark("Ne souhaite plus être appelé"),
    "wrong_number": mark("Erreur de numéro"),
    "other": mark("Autre demande"),
}
_LONGEST_LABEL, _LONGEST_VALUE = 200, 2_000
_MOST_FACTS = 50
_LONGEST_TEXT = 300
_APPOINTMENT = mark("Rendez-vous")
_CALL = mark("Appel")


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def call_summary(
    call: Call,
    blueprint: dict[str, Any] | None,
    *,
    locale: str,
    timezone: str,
    url: str,
    agenda: Sequence[str] = (),
) -> Letter:
    """Compose the mail.

    Args:
        call: a call that ended.
        blueprint: its assistant's, for the labels of what was asked.
        locale: language of the organization.
        timezone: of the organization.
        url: page of the call.
        agenda: what it did to the agenda, a line each.
    """
    gettext = translator(locale).gettext
    topic = gettext(_topic(call, blueprint))
    assistant = one_line(call.assistant_name or "", _LONGEST_LABEL) or gettext("votre assistant")
    lines = [
        gettext("Bonjour,"),
        "",
        gettext("Votre assistant «\u00a0%(name)s\u00a0» vient de répondre à un appel.")
        % {"name": assistant},
        "",
        _line(gettext("Demande"), topic),
        *_facts(call, gettext, locale, timezone),
        *_collected(call, blueprint, gettext, locale),
        *(["", *agenda] if agenda else []),
    ]
    if call.summary:
        lines += ["", _line(gettext("Résumé"), call.summary)]
    lines += [
        "",
        _line(gettext("Écouter l’appel et lire la transcription"), url),
        "",
        gettext("Cordialement,"),
        gettext("L’équipe AlloKoli"),
    ]
    subject = gettext("%(topic)s par téléphone — %(name)s") % {"topic": topic, "name": assistant}
    return Letter(subject, "\n".join(lines) + "\n")


def short_summary(call: Call, blueprint: dict[str, Any] | None, *, locale: str) -> str:
    """The same in a text message of 300 characters at most.

    Args:
        call: a call that ended.
        blueprint: its assistant's.
        locale: language of the organization.
    """
    gettext = translator(locale).gettext
    assistant = one_line(call.assistant_name or "", _LONGEST_LABEL) or "AlloKoli"
    collected = [line for line in _collected(call, blueprint, gettext, locale) if line]
    told = ", ".join(line.removeprefix("• ") for line in collected)
    words = " — ".join(filter(None, (assistant, gettext(_topic(call, blueprint)), told)))
    return words if len(words) <= _LONGEST_TEXT else f"{words[: _LONGEST_TEXT - 1]}…"


def _topic(call: Call, blueprint: dict[str, Any] | None) -> str:
    services = (blueprint or {}).get("services") or []
    if call.intent == "book" and "appointment" in services and "reservation" not in services:
        return _APPOINTMENT
    return _INTENTS.get(call.intent or "", _CALL)


def _facts(call: Call, gettext: Callable[[str], str], locale: str, timezone: str) -> list[str]:
    began = call.started_at or call.created_at
    facts = [_line(gettext("Reçu le"), format_datetime(began, locale, timezone, "long"))]
    if call.duration_s is not None:
        facts.append(_line(gettext("Durée"), format_duration(call.duration_s, locale)))
    if call.customer_number:
        facts.append(_line(gettext("Appelant"), _phone(call.customer_number)))
    return facts


def _collected(
    call: Call, blueprint: dict[str, Any] | None, gettext: Callable[[str], str], locale: str
) -> list[str]:
    data = call.structured_data or {}
    fields = [field for field in (blueprint or {}).get("fields") or [] if isinstance(field, dict)]
    known = [(str(one.get("key")), str(one.get("label")), one.get("type")) for one in fields]
    named = {key for key, _, _ in known}
    extra = [(key, key, None) for key in data if key not in named and key != "intent"]
    lines = [
        _line(f"• {label}", _shown(data[key], kind, gettext, locale))
        for key, label, kind in [*known, *extra]
        if isinstance(data.get(key), (str, int, float)) and data[key] != ""
    ]
    return ["", *lines[:_MOST_FACTS]] if lines else []


def _shown(value: Any, kind: str | None, gettext: Callable[[str], str], locale: str) -> str:
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    if kind == "date" and isinstance(value, str):
        try:
            return str(format_date(date.fromisoformat(value), "full", locale=locale))
        except ValueError:
            return value
    return _phone(str(value)) if kind == "phone" else str(value)


def _phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _line(label: str, value: str) -> str:
    """A line of the mail, which a caller's words cannot add lines to."""
    return f"{one_line(label, _LONGEST_LABEL)}\u00a0: {one_line(value, _LONGEST_VALUE)}"
