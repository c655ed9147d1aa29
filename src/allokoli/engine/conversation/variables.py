"""Fills `{{name}}` in what an assistant says and in its instructions."""

import re
from datetime import datetime
from typing import Any

_PLACE = re.compile(r"\{\{\s*([A-Za-z_][\w.\-]*)\s*\}\}")


def fill(text: str, values: dict[str, Any]) -> str:
    """Replace each `{{name}}`, or `{{object.name}}`, by its value; an unknown one by nothing.

    Args:
        text: a first message, an instruction.
        values: what is known, by name.
    """
    return _PLACE.sub(lambda place: _lookup(values, place.group(1)), text)


def standard_values(now: datetime, customer: dict[str, Any] | None) -> dict[str, Any]:
    """The variables every call has, as Vapi names them.

    Args:
        now: the call's start, aware, in the time zone to speak of.
        customer: the call's customer, if known.
    """
    return {
        "now": now.isoformat(timespec="seconds"),
        "date": now.date().isoformat(),
        "time": now.strftime("%H:%M"),
        "year": now.year,
        "month": now.strftime("%m"),
        "day": now.strftime("%d"),
        "customer": customer or {},
    }


def _lookup(values: dict[str, Any], name: str) -> str:
    found: Any = values.get(name)
    if found is None:
        found = values
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    return "" if found is None or isinstance(found, (dict, list)) else str(found)
