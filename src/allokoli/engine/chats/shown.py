"""A chat as the wire shows it."""

from datetime import datetime
from typing import Any

from allokoli.engine.api import resources
from allokoli.engine.api.kinds import CHAT
from allokoli.engine.api.models import Resource
from allokoli.engine.chats.messages import read_messages
from allokoli.engine.chats.messages import told as messages_told


def shown(row: Resource) -> dict[str, Any]:
    """A stored chat."""
    return public(resources.shown(CHAT, row))


def public(told: dict[str, Any]) -> dict[str, Any]:
    """Without what only the engine needs, its messages as clients read them."""
    shown = {name: value for name, value in told.items() if name != "conversationState"}
    started_at = datetime.fromisoformat(told["createdAt"])
    if isinstance(shown["input"], list):
        shown["input"] = messages_told(read_messages(shown["input"], started_at), started_at)
    shown["messages"] = messages_told(shown["messages"], started_at)
    return shown
