"""Tells a call's server what happens in it, while it happens, as far as it listens.

Nothing here may slow a call: messages wait in a short queue, in order, and the oldest are dropped
when a server does not keep up. The report at the end is not sent from here but by a job, which
tries until it is taken.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

import httpx
import structlog

from allokoli.core import clock
from allokoli.engine import servers
from allokoli.engine.api.wire import epoch_ms
from allokoli.engine.calls.call_log import CallLog, log_of
from allokoli.engine.calls.kept import kept_server
from allokoli.engine.calls.models import Call
from allokoli.engine.conversation.backstage import ServerFailed

REPORT = "end-of-call-report"
_FINAL = 'transcript[transcriptType="final"]'
# What Vapi sends when an assistant does not say.
_DEFAULT = frozenset(
    {"conversation-update", REPORT, "function-call", "hang", "speech-update", "status-update",
     "tool-calls", "transfer-destination-request", "handoff-destination-request",
     "user-interrupted", "assistant.started"}
)  # fmt: skip
_QUEUE_LENGTH = 100
_LONGEST_S = 30.0
_CLOSING_S = 3.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Destination:
    """A server and what it listens to.

    Attributes:
        server: Vapi's `server`, secrets included.
        wanted: types of messages it takes.
    """

    server: dict[str, Any] = field(repr=False)
    wanted: frozenset[str]

    def wants(self, message_type: str, *, final: bool = False) -> bool:
        """Whether it takes a type of message; `final` tells a transcript's finality."""
        return message_type in self.wanted or (final and _FINAL in self.wanted)


def destination(call: Call) -> Destination | None:
    """The server a call reports to; None when it has none that can be reached."""
    server = kept_server(call)
    if server is None:
        return None
    wanted = call.assistant.get("serverMessages")
    return Destination(server, frozenset(wanted) if isinstance(wanted, list) else _DEFAULT)


def envelope(kind: str, fields: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """A server message as Vapi posts it.

    Args:
        kind: Vapi's `message.type`.
        fields: what the type carries.
        known: what every message of a call, or of a chat, carries.
    """
    known = {name: value for name, value in known.items() if value is not None}
    return {"message": {"type": kind, "timestamp": epoch_ms(clock.now()), **fields, **known}}


def common(call: Call, shown: dict[str, Any]) -> dict[str, Any]:
    """What every message of a call carries.

    Args:
        call: the row; its assistant holds no secret.
        shown: the call on the wire.
    """
    return {
        "call": shown,
        "assistant": call.assistant,
        "customer": call.request.get("customer"),
        "phoneNumber": call.cast_json.get("phoneNumber"),
        "assistantVersion": call.request.get("assistantVersion"),
    }


class Outbox:
    """Live messages of every call of this process, each call's in its own order."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, deque[tuple[Destination, dict[str, Any]]]] = {}
        self._senders: set[asyncio.Task[None]] = set()

    def put(self, call: Call, to: Destination, body: dict[str, Any]) -> None:
        """Queue a message; returns at once."""
        queue = self._waiting.get(call.id)
        if queue is not None:
            queue.append((to, body))
            return
        self._waiting[call.id] = deque([(to, body)], maxlen=_QUEUE_LENGTH)
        sender = asyncio.create_task(self._send(call.org_id, call.id))
        self._senders.add(sender)
        sender.add_done_callback(self._senders.discard)

    async def close(self) -> None:
        """Send what can be sent in a few seconds, then stop."""
        if self._senders:
            _, late = await asyncio.wait(self._senders, timeout=_CLOSING_S)
            for sender in late:
                sender.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _send(self, org_id: UUID, call_id: UUID) -> None:
        queue = self._waiting[call_id]
        log = log_of(org_id, call_id)
        try:
            while queue:
                to, body = queue.popleft()
                await deliver(org_id, call_id, to, body, log)
        finally:
            del self._waiting[call_id]
        await log.flush()


async def deliver(
    org_id: UUID, call_id: UUID, to: Destination, body: dict[str, Any], log: CallLog
) -> bool:
    """Post a message and note in the call's log what came of it.

    Returns:
        Whether the server took it.
    """
    kind = body["message"]["type"]
    began = monotonic()
    try:
        async with asyncio.timeout(_LONGEST_S):
            status = await servers.deliver(org_id, to.server, body)
    except (ServerFailed, TimeoutError) as error:
        reason = str(error) or "the server did not answer in time"
        _log.warning("server_message_lost", call=str(call_id), kind=kind)
        log.note("Webhook", "message lost", level="error", message=kind, reason=reason)
        return False
    taken = httpx.codes.is_success(status)
    milliseconds = round((monotonic() - began) * 1000)
    level, event = ("info", "message taken") if taken else ("error", "message refused")
    log.note("Webhook", event, level=level, message=kind, status=status, ms=milliseconds)
    if not taken:
        _log.warning("server_message_refused", call=str(call_id), kind=kind, status=status)
    return taken
