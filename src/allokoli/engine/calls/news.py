"""What a call's followers are told while it runs: its server, and the browser in it."""

from collections.abc import Callable
from typing import Any, Literal

from allokoli.engine.api.wire import iso
from allokoli.engine.calls import links
from allokoli.engine.calls.models import ENDED, Call, CallMessage
from allokoli.engine.calls.server_messages import Outbox, destination, envelope
from allokoli.engine.calls.shown import spoken, wire_messages

ClientMessage = Callable[[dict[str, Any]], None]

# What Vapi sends to a client when an assistant does not say, as far as this engine causes it.
_CLIENT_DEFAULT = frozenset(
    {"conversation-update", "hang", "speech-update", "status-update", "transcript",
     "user-interrupted", "assistant.started"}
)  # fmt: skip


class News:
    """Tells the news of calls; every method returns at once.

    Args:
        outbox: carries the server's messages.
        client: sends to the browser in the call, when there is one.
    """

    def __init__(self, outbox: Outbox, client: ClientMessage | None = None) -> None:
        self._outbox = outbox
        self._client = client

    def status(self, call: Call) -> None:
        """The call's status changed."""
        fields = {"status": call.status}
        if call.ended_reason:
            fields["endedReason"] = call.ended_reason
        self._tell(call, "status-update", fields)
        if call.status == ENDED:
            self._tell_server(call, "hang", {})

    def started(self, call: Call) -> None:
        """The assistant is in the call."""
        self._tell(call, "assistant.started", {})

    def transcript(self, call: Call, role: str, text: str, *, final: bool) -> None:
        """Somebody said, or is saying, something."""
        if text:
            kind = "final" if final else "partial"
            fields = {"role": role, "transcriptType": kind, "transcript": text}
            self._tell(call, "transcript", fields, final=final)

    def conversation(self, call: Call, messages: list[CallMessage]) -> None:
        """Something was said; `messages` is all that was, in order."""
        fields = {
            "messages": wire_messages(call, messages),
            "messagesOpenAIFormatted": spoken(messages),
        }
        self._tell(call, "conversation-update", fields)

    def speech(self, call: Call, role: str, status: Literal["started", "stopped"]) -> None:
        """Somebody began or stopped speaking."""
        self._tell(call, "speech-update", {"role": role, "status": status})

    def interrupted(self, call: Call) -> None:
        """The caller interrupted the assistant."""
        self._tell(call, "user-interrupted", {})

    def _tell(self, call: Call, kind: str, fields: dict[str, Any], *, final: bool = False) -> None:
        if self._client is not None:
            asked = call.assistant.get("clientMessages")
            wanted = asked if isinstance(asked, list) else _CLIENT_DEFAULT
            if kind in wanted:
                self._client({"type": kind, **fields})
        self._tell_server(call, kind, fields, final=final)

    def _tell_server(
        self, call: Call, kind: str, fields: dict[str, Any], *, final: bool = False
    ) -> None:
        to = destination(call)
        if to is not None and to.wants(kind, final=final):
            self._outbox.put(call.id, to, envelope(call, _brief(call), kind, **fields))


def _brief(call: Call) -> dict[str, Any]:
    """The call as live messages carry it: what it is, not what was said."""
    return {
        "id": str(call.id),
        "orgId": str(call.org_id),
        "type": call.type,
        "status": call.status,
        "assistantId": str(call.assistant_id) if call.assistant_id else None,
        "name": call.name,
        "createdAt": iso(call.created_at),
        "updatedAt": iso(call.updated_at),
        "startedAt": iso(call.started_at),
        "endedAt": iso(call.ended_at),
        "endedReason": call.ended_reason,
        "transport": {"provider": call.transport},
        "monitor": {"controlUrl": links.control(call.id, call.org_id)},
        "metadata": call.request.get("metadata"),
    }
