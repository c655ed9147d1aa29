"""Tells an assistant's server what happens in a call, while it happens, as far as it listens.

Nothing here may slow a call: messages wait in a short queue, in order, and the oldest are dropped
when a server does not keep up. The report at the end is not sent from here but by a job, which
tries until it is taken.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import structlog

from allokoli.core import clock
from allokoli.engine.api.wire import epoch_ms
from allokoli.engine.calls.kept import kept_server
from allokoli.engine.calls.models import Call

REPORT = "end-of-call-report"
# What Vapi sends when an assistant does not say, as far as this engine causes it.
_DEFAULT = frozenset(
    {"conversation-update", REPORT, "hang", "speech-update", "status-update", "user-interrupted",
     "assistant.started"}
)  # fmt: skip
_QUEUE_LENGTH = 100
_LIVE_TIMEOUT_S = 5.0
_CLOSING_S = 3.0
_REPORT_TIMEOUT_S = 20.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Destination:
    """An assistant's server.

    Attributes:
        url: where messages are posted.
        headers: sent with each; may hold a secret.
        timeout_s: longest wait for its answer, in seconds.
        wanted: types of messages it takes.
    """

    url: str
    headers: dict[str, str] = field(repr=False)
    timeout_s: float
    wanted: frozenset[str]

    def wants(self, message_type: str, *, final: bool = False) -> bool:
        """Whether it takes a type of message; `final` tells a transcript's finality."""
        if message_type in self.wanted:
            return True
        return final and 'transcript[transcriptType="final"]' in self.wanted


def destination(call: Call) -> Destination | None:
    """The server a call reports to; None when it has none that can be reached."""
    server = kept_server(call)
    if server is None:
        return None
    wanted = call.assistant.get("serverMessages")
    return Destination(
        url=server["url"],
        headers={str(name): str(value) for name, value in (server.get("headers") or {}).items()},
        timeout_s=float(server.get("timeoutSeconds") or _REPORT_TIMEOUT_S),
        wanted=frozenset(wanted) if isinstance(wanted, list) else _DEFAULT,
    )


def envelope(call: Call, shown: dict[str, Any], message_type: str, **fields: Any) -> dict[str, Any]:
    """A server message as Vapi posts it.

    Args:
        call: the call it is about.
        shown: the call on the wire.
        message_type: Vapi's `message.type`.
        fields: what the type carries.
    """
    return {
        "message": {
            "type": message_type,
            "timestamp": epoch_ms(clock.now()),
            **fields,
            "call": shown,
            "assistant": _without_secrets(call.assistant),
            "customer": call.request.get("customer"),
        }
    }


async def post(client: httpx.AsyncClient, to: Destination, body: dict[str, Any]) -> int:
    """Post a message and return the status; the answer's body is not read.

    Raises:
        httpx.HTTPError: the server cannot be reached in time.
    """
    request = client.build_request(
        "POST", to.url, json=body, headers=to.headers, timeout=to.timeout_s
    )
    response = await client.send(request, stream=True)
    await response.aclose()
    return response.status_code


class Outbox:
    """Live messages of every call of this process, each call's in its own order."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=_LIVE_TIMEOUT_S, follow_redirects=False)
        self._waiting: dict[UUID, deque[tuple[Destination, dict[str, Any]]]] = {}
        self._senders: set[asyncio.Task[None]] = set()

    def put(self, call_id: UUID, to: Destination, body: dict[str, Any]) -> None:
        """Queue a message; returns at once."""
        queue = self._waiting.get(call_id)
        if queue is not None:
            queue.append((to, body))
            return
        self._waiting[call_id] = deque([(to, body)], maxlen=_QUEUE_LENGTH)
        sender = asyncio.create_task(self._send(call_id))
        self._senders.add(sender)
        sender.add_done_callback(self._senders.discard)

    async def close(self) -> None:
        """Send what can be sent in a few seconds, then stop."""
        if self._senders:
            _, late = await asyncio.wait(self._senders, timeout=_CLOSING_S)
            for sender in late:
                sender.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.aclose()

    async def _send(self, call_id: UUID) -> None:
        queue = self._waiting[call_id]
        try:
            while queue:
                to, body = queue.popleft()
                await self._try(call_id, to, body)
        finally:
            del self._waiting[call_id]

    async def _try(self, call_id: UUID, to: Destination, body: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(_LIVE_TIMEOUT_S):
                status = await post(self._client, to, body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            _log.warning("server_message_lost", call=str(call_id), error=type(error).__name__)
            return
        if status >= 400:  # noqa: PLR2004 - HTTP errors begin there
            _log.warning("server_message_refused", call=str(call_id), status=status)


def _without_secrets(assistant: dict[str, Any]) -> dict[str, Any]:
    """The assistant as a server may be told of it: addresses, but no headers."""
    told = {name: one for name, one in assistant.items() if name != "credentials"}
    for part in ("server", "model"):
        if isinstance(told.get(part), dict):
            told[part] = {name: one for name, one in told[part].items() if name != "headers"}
    return told
