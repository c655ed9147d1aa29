"""The owner's answers as a recap to confirm, and as a blueprint."""

from collections.abc import Mapping
from typing import Any

from allokoli.blueprint import Hours
from allokoli.blueprint.opening_hours import speak_hours
from allokoli.configurator.sector_words import sector_words
from allokoli.dialogue.entities.phones import speak_phone
from allokoli.dialogue.speech import join_words


def recap(data: dict[str, Any], values: Mapping[str, Any], locale: str) -> str:
    """Everything understood, one line each, and the question that ends it."""
    words = data["recap"]
    sector = sector_words(data, values)
    fields = ", ".join(_short(data, field) for field in values.get("fields", ()))
    lines = [
        words["start"],
        words["name"].format(value=values["name"]),
        words["tone"].format(value=data["tones"][values["tone"]]["label"]),
        words["greeting"].format(value=values["greeting"]),
    ]
    if values.get("booking"):
        lines.append(words["booking"].format(label=sector["booking_label"], fields=fields))
    else:
        services = [data["services"][key]["label"] for key in values.get("services", ())]
        lines.append(words["no_booking"].format(label=sector["booking_label"]))
        listed = join_words(services, locale)
        lines.append(words["services"].format(services=listed, fields=fields))
    lines.append(words["sector"].format(value=sector["label"]))
    lines += _offered(data, values, locale)
    return "\n".join(lines) + "\n\n" + str(words["end"])


def blueprint_of(data: dict[str, Any], values: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """The blueprint as far as it is known: only what the owner said, or accepted."""
    found: dict[str, Any] = {}
    for key in ("sector", "name", "tone", "greeting", "fields", "hours", "faqs"):
        if values.get(key) is not None:
            found[key] = values[key]
    sector = sector_words(data, values)
    if values.get("booking"):
        found["services"] = [sector["service"], "information", "message"]
    elif values.get("services"):
        found["services"] = list(values["services"])
    if values.get("notify"):
        found["notify"] = {"email": values["notify"]}
    if values.get("escalation"):
        found["escalation"] = {"phone": values["escalation"]}
    found["languages"] = values.get("languages") or [locale]
    return found


def _short(data: dict[str, Any], field: Mapping[str, Any]) -> str:
    entry = data["fields"].get(field["key"], {})
    return str(entry.get("short") or entry.get("label") or field["label"])


def _offered(data: dict[str, Any], values: Mapping[str, Any], locale: str) -> list[str]:
    words = data["recap"]
    lines = []
    if values.get("hours"):
        said = speak_hours(Hours.model_validate(values["hours"]), locale)
        lines.append(words["hours"].format(value=said))
    if values.get("notify"):
        lines.append(words["notify"].format(value=values["notify"]))
    if values.get("escalation"):
        lines.append(words["escalation"].format(value=speak_phone(values["escalation"])))
    if values.get("languages"):
        said = join_words([data["languages"][key]["label"] for key in values["languages"]], locale)
        lines.append(words["languages"].format(value=said))
    if values.get("faqs"):
        said = " ; ".join(faq["question"] for faq in values["faqs"])
        lines.append(words["faqs"].format(value=said))
    return lines
