"""The owner's answers as a recap to confirm, and as a blueprint."""

from collections.abc import Mapping
from typing import Any

from allokoli.blueprint import Hours
from allokoli.blueprint.opening_hours import speak_hours
from allokoli.blueprint.wording import speak_date, speak_intervals
from allokoli.configurator.sector_words import sector_words
from allokoli.dialogue.entities.phones import speak_phone
from allokoli.dialogue.speech import join_words

_MOST_DATES = 4


def recap(data: dict[str, Any], values: Mapping[str, Any], locale: str) -> str:
    """Everything understood, one line each, and the question that ends it."""
    words = data["recap"]
    lines = [words["start"], *known_lines(data, values, locale)]
    return "\n".join(lines) + "\n\n" + str(words["end"])


def known_lines(data: dict[str, Any], values: Mapping[str, Any], locale: str) -> list[str]:
    """What is known so far, one line a part."""
    words = data["recap"]
    sector = sector_words(data, values)
    fields = ", ".join(_short(data, field) for field in values.get("fields") or ())
    after = f" ({fields})" if fields else ""
    lines = []
    if values.get("name"):
        lines.append(words["name"].format(value=values["name"]))
    if values.get("tone"):
        lines.append(words["tone"].format(value=data["tones"][values["tone"]]["label"]))
    if values.get("greeting"):
        lines.append(words["greeting"].format(value=values["greeting"]))
    if values.get("booking"):
        line = words["booking"].format(label=sector["booking_label"], fields="{fields}")
        lines.append(line.replace(" ({fields})", after))
    elif values.get("booking") is False:
        services = [data["services"][key]["label"] for key in values.get("services") or ()]
        lines.append(words["no_booking"].format(label=sector["booking_label"]))
        line = words["services"].format(services=join_words(services, locale), fields="{fields}")
        if services:
            lines.append(line.replace(" ({fields})", after))
    if values.get("sector"):
        lines.append(words["sector"].format(value=sector["label"]))
    return lines + _offered(data, values, locale)


def blueprint_of(data: dict[str, Any], values: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """The blueprint as far as it is known: only what the owner said, or accepted."""
    found: dict[str, Any] = {}
    for key in ("sector", "name", "tone", "greeting", "fields", "hours", "faqs", "must_not_say"):
        if values.get(key) is not None:
            found[key] = values[key]
    sector = sector_words(data, values)
    if values.get("booking"):
        found["services"] = [sector["service"], "information", "message"]
    elif values.get("services"):
        found["services"] = list(values["services"])
    chosen = values.get("chosen_services")
    books = not {"message", "information"}.issuperset(chosen or ())
    if chosen and bool(values.get("booking")) == books:
        found["services"] = list(chosen)
    for key in ("notify", "escalation"):
        if values.get(key):
            found[key] = dict(values[key])
    if values.get("direction"):
        found["direction"] = values["direction"]
    found |= values.get("place") or {}
    found["languages"] = values.get("languages") or [locale]
    return found


def _short(data: dict[str, Any], field: Mapping[str, Any]) -> str:
    entry = data["fields"].get(field["key"], {})
    return str(entry.get("short") or entry.get("label") or field["label"])


def _offered(data: dict[str, Any], values: Mapping[str, Any], locale: str) -> list[str]:
    words = data["recap"]
    said = {
        "hours": _hours(values.get("hours"), words, locale),
        "notify": _notify(values.get("notify") or {}),
        "escalation": _escalation(values.get("escalation") or {}),
        "languages": join_words(
            [data["languages"][key]["label"] for key in values.get("languages") or ()], locale
        ),
        "direction": words["directions"].get(values.get("direction"), ""),
        "faqs": " ; ".join(str(faq["question"]) for faq in values.get("faqs") or ()),
        "must_not_say": " ; ".join(values.get("must_not_say") or ()),
    }
    return [words[key].format(value=value) for key, value in said.items() if value]


def _hours(found: Mapping[str, Any] | None, words: Mapping[str, Any], locale: str) -> str:
    if not found:
        return ""
    hours = Hours.model_validate(found)
    said = [speak_hours(hours, locale)] if hours.any_open() else []
    for exception in hours.exceptions[:_MOST_DATES]:
        day = speak_date(exception.date, locale)
        at = speak_intervals(exception.slots, locale) if exception.slots else words["closed"]
        said.append(f"{day} {at}")
    more = len(hours.exceptions) - _MOST_DATES
    if more > 0:
        said.append(words["more_dates"].format(count=more))
    return ", ".join(said)


def _notify(found: Mapping[str, Any]) -> str:
    phone = found.get("phone")
    parts = [found.get("email"), phone and speak_phone(phone), found.get("webhook")]
    return ", ".join(str(part) for part in parts if part)


def _escalation(found: Mapping[str, Any]) -> str:
    phone = speak_phone(found["phone"]) if found.get("phone") else ""
    when = str(found.get("when") or "")
    return f"{phone} ({when})" if phone and when else phone or when
