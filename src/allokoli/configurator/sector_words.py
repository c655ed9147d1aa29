"""What changes in the owner's conversation with the sector."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allokoli.dialogue.text import capital, fold


def sector_words(data: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The questions and examples of the owner's sector; a restaurant's before it is known."""
    found: dict[str, Any] = data["sectors"][values.get("sector") or "other"]
    return found


def business_name(data: dict[str, Any], values: Mapping[str, Any], sector: dict[str, Any]) -> str:
    """How the assistant presents the house: `Assistant Chez Mario` → `Restaurant Chez Mario`."""
    name = str(values.get("name") or sector["default_name"])
    lead = str(data.get("assistant_word", "Assistant"))
    house = re.sub(rf"^{lead}\s+|\s+{lead}$", "", name, flags=re.IGNORECASE) or name
    prefix = str(sector["prefix"])
    if prefix and house != name and fold(prefix) not in fold(house):
        house = f"{prefix} {house}"
    return capital(house)


def field_labels(data: dict[str, Any], keys: Sequence[str]) -> list[str]:
    """The full names of standard fields."""
    return [str(data["fields"][key]["label"]) for key in keys]
