"""A chat as the wire shows it."""

from typing import Any

from allokoli.engine.api import resources
from allokoli.engine.api.kinds import CHAT
from allokoli.engine.api.models import Resource


def shown(row: Resource) -> dict[str, Any]:
    """A stored chat."""
    return public(resources.shown(CHAT, row))


def public(told: dict[str, Any]) -> dict[str, Any]:
    """Without what only the engine needs."""
    return {name: value for name, value in told.items() if name != "conversationState"}
