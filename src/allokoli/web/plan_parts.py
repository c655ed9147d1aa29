"""The parts of the blueprint beside the conversation: what each says, and its form's values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from allokoli.configurator.by_hand import written_hours
from allokoli.core.i18n import mark as _
from allokoli.dialogue.entities.phones import speak_phone
from allokoli.web import recap, wording
from allokoli.web.templating import gettext

_DAYS = {
    "mon": _("Lundi"),
    "tue": _("Mardi"),
    "wed": _("Mercredi"),
    "thu": _("Jeudi"),
    "fri": _("Vendredi"),
    "sat": _("Samedi"),
    "sun": _("Dimanche"),
}
_DIRECTIONS = {"inbound": _("Appels reçus"), "outbound": _("Appels émis")}
_TYPES = {
    "text": _("Texte"),
    "name": _("Nom"),
    "phone": _("Téléphone"),
    "email": _("E-mail"),
    "date": _("Date"),
    "time": _("Heure"),
    "number": _("Nombre"),
    "choice": _("Choix"),
    "yes_no": _("Oui ou non"),
}


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A part of the blueprint.

    Attributes:
        key: its name in the blueprint.
        label: what it is called.
        text: what is known of it, empty while nothing is.
        value: what its form holds.
        options: values and words to choose from.
    """

    key: str
    label: str
    text: str
    value: Any = None
    options: list[tuple[str, str]] = field(default_factory=list)


def plan_parts(blueprint: Mapping[str, Any], locale: str) -> list[PlanPart]:
    """Every part, in the order of the page.

    Args:
        blueprint: fields as the API names them, any of them missing.
        locale: language of the page.
    """
    said = (text for _label, text in recap.lines(blueprint, locale))
    known = dict(zip(_RECAPPED, said, strict=True))
    notify, escalation = blueprint.get("notify") or {}, blueprint.get("escalation") or {}
    faqs, never = blueprint.get("faqs") or [], blueprint.get("must_not_say") or []
    languages = blueprint.get("languages") or []
    hours = blueprint.get("hours") or {}

    def part(key: str, label: str, text: str, value: Any = None, options: Any = ()) -> PlanPart:
        words = [(code, gettext(locale, word)) for code, word in dict(options).items()]
        held = blueprint.get(key) if value is None else value
        return PlanPart(key, gettext(locale, label), text, held, words)

    week = written_hours(hours)
    days = [(day, gettext(locale, _DAYS[day]), week[day]) for day in recap.weekdays(locale)]
    exceptions = str(len(hours.get("exceptions") or [])) if hours.get("exceptions") else ""
    at = known["hours"] + (f" (+{exceptions})" if exceptions else "")
    direction = str(blueprint.get("direction") or "inbound")
    way = gettext(locale, _DIRECTIONS[direction])
    spoken = _joined(gettext(locale, wording.LANGUAGES[one]) for one in languages)
    reached = [notify.get("email"), _dialed(notify), notify.get("webhook")]
    called = [_dialed(escalation), escalation.get("when")]
    return [
        part("name", _("Nom de l’assistant"), str(blueprint.get("name") or "")),
        part("sector", _("Activité"), known["sector"], options=wording.SECTORS),
        part("tone", _("Ton"), known["tone"], options=wording.TONES),
        part("greeting", _("Message d’accueil"), known["greeting"]),
        part("services", _("Services"), known["services"], options=wording.SERVICES),
        part("fields", _("À demander aux clients"), known["fields"], options=_TYPES),
        part("hours", _("Horaires"), at, {"days": days, "exceptions": week["exceptions"]}),
        part("faqs", _("Questions et réponses"), " · ".join(faq["question"] for faq in faqs)),
        part("escalation", _("Transfert d’appel"), _joined(called), escalation),
        part("notify", _("Comptes rendus"), _joined(reached), notify),
        part("languages", _("Langues"), spoken, options=wording.LANGUAGES),
        part("direction", _("Sens des appels"), way, direction, _DIRECTIONS),
        part("must_not_say", _("À ne jamais dire"), " · ".join(never)),
    ]


_RECAPPED = ("sector", "tone", "greeting", "services", "fields", "hours", "notify")


def _dialed(one: Mapping[str, Any]) -> str:
    """A phone number as people write it."""
    return speak_phone(one["phone"]) if one.get("phone") else ""


def _joined(parts: Any) -> str:
    return ", ".join(str(part) for part in parts if part)
