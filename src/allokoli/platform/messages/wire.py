"""What was said, as the voice platform writes it."""

import math
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from allokoli.vapi.server_messages import mapping, moment, text

_ROLES = {"bot": "assistant"}
_HIDDEN = {"system"}
MOST_TURNS = 5_000
"""Kept of a call: more than two people can say in half a day."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: who, what, when it began, and how long after the call's start in seconds."""

    role: str
    content: str
    at: datetime | None = None
    seconds_from_start: float | None = None


def said(messages: Any) -> list[Said]:
    """The first turns among a platform's messages; what has no words is left out."""
    listed = messages if isinstance(messages, list) else []
    turns = (_turn(mapping(message)) for message in listed)
    return list(islice((turn for turn in turns if turn is not None), MOST_TURNS))


def _turn(message: dict[str, Any]) -> Said | None:
    role, content = text(message.get("role")), text(message.get("message"))
    if not role or not content or role in _HIDDEN:
        return None
    return Said(
        _ROLES.get(role, role),
        content,
        moment(message.get("time")),
        _seconds(message.get("secondsFromStart")),
    )


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)
