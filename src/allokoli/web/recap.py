"""A blueprint, whole or still filling, as lines people read."""

from collections.abc import Mapping, Sequence
from datetime import time
from itertools import groupby
from typing import Any

from babel import dates

from allokoli.blueprint.blueprint import WEEKDAYS, Weekday
from allokoli.core.i18n import mark as _
from allokoli.dialogue.lexicon import lexicon
from allokoli.web import wording
from allokoli.web.formats import hour_of
from allokoli.web.templating import gettext

Line = tuple[str, str]


def lines(blueprint: Mapping[str, Any], locale: str) -> list[Line]:
    """Labels and values; a value is empty while nothing has been said of it.

    Args:
        blueprint: fields as the API names them, any of them missing.
        locale: language of the lines.
    """

    def words(table: Mapping[str, str], code: object) -> str:
        return gettext(locale, table.get(str(code), str(code))) if code else ""

    def listed(table: Mapping[str, str], codes: object) -> str:
        return ", ".join(words(table, code) for code in codes) if isinstance(codes, list) else ""

    fields = [
        field.get("label") or words(wording.FIELDS, field.get("key"))
        for field in blueprint.get("fields") or []
    ]
    notify = blueprint.get("notify") or {}
    return [
        (gettext(locale, _("Activité")), words(wording.SECTORS, blueprint.get("sector"))),
        (gettext(locale, _("Ton")), words(wording.TONES, blueprint.get("tone"))),
        (gettext(locale, _("Message d’accueil")), str(blueprint.get("greeting") or "")),
        (gettext(locale, _("Services")), listed(wording.SERVICES, blueprint.get("services"))),
        (gettext(locale, _("À demander aux clients")), ", ".join(fields)),
        (gettext(locale, _("Horaires")), hours(blueprint.get("hours") or {}, locale)),
        (gettext(locale, _("Comptes rendus")), str(notify.get("email") or "")),
    ]


def hours(week: Mapping[str, Any], locale: str) -> str:
    """Opening hours, days alike together: `lun.–ven. 9 h–12 h`."""
    shown = dates.get_day_names("abbreviated", locale=locale)
    names = {day: shown[index] for index, day in enumerate(WEEKDAYS)}
    ordered = weekdays(locale)
    open_days = [(i, spans) for i, day in enumerate(ordered) if (spans := week.get(day))]
    written = []
    for _key, run in groupby(enumerate(open_days), lambda item: (item[1][0] - item[0], item[1][1])):
        days = [ordered[index] for _place, (index, _spans) in run]
        between = f"–{names[days[-1]]}" if len(days) > 1 else ""
        written.append(f"{names[days[0]]}{between} {_spans_words(week[days[0]], locale)}")
    return ", ".join(written)


def weekdays(locale: str) -> tuple[Weekday, ...]:
    """The days of a week from the one it begins on in a language."""
    first = int(lexicon(locale).time["first_weekday"])
    return WEEKDAYS[first:] + WEEKDAYS[:first]


def _spans_words(spans: Sequence[Sequence[str]], locale: str) -> str:
    return " / ".join(
        "–".join(hour_of(time.fromisoformat(end), locale) for end in span) for span in spans
    )
