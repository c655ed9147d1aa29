"""A conversation that was held, as those who judge it see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from allokoli.engine.conversation.chat_model import Message

_NAMES = {"assistant": "AI", "user": "User"}


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation, over.

    Attributes:
        org_id: whose it was.
        messages: what was said and done, in OpenAI's shape, without instructions.
        assistant: who opened, as Vapi writes it, secrets included.
        started_at: aware.
        ended_at: aware; None when nobody measured it.
        known: what models may know of it (`call`), by Vapi's names.
        ended_reason: Vapi's literal.
        variable_values: the caller's own variables.
    """

    org_id: UUID
    messages: list[Message]
    assistant: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None = None
    known: dict[str, Any] = field(default_factory=dict)
    ended_reason: str | None = None
    variable_values: dict[str, Any] = field(default_factory=dict)

    @property
    def spoken(self) -> list[Message]:
        """What was said, without tools."""
        return [
            one
            for one in self.messages
            if one.get("role") in _NAMES and isinstance(one.get("content"), str) and one["content"]
        ]

    @property
    def caller_turns(self) -> list[str]:
        """What the caller said, silences included, in order."""
        return [str(one.get("content") or "") for one in self.messages if one.get("role") == "user"]

    @property
    def transcript(self) -> str:
        """What was said, a line each: `AI: …`, `User: …`."""
        return "".join(f"{_NAMES[one['role']]}: {one['content']}\n" for one in self.spoken)

    @property
    def duration_s(self) -> float | None:
        """How long it took; None when nobody measured it."""
        if self.ended_at is None:
            return None
        return max((self.ended_at - self.started_at).total_seconds(), 0.0)

    @property
    def instructions(self) -> str:
        """The assistant's system prompt."""
        model = self.assistant.get("model")
        messages = model.get("messages") if isinstance(model, dict) else None
        return "\n\n".join(
            one["content"]
            for one in messages or ()
            if isinstance(one, dict)
            and one.get("role") == "system"
            and isinstance(one.get("content"), str)
        )
