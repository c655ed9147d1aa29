"""What happens in a call, as it happens."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from allokoli.core import events
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform.calls import service
from allokoli.platform.calls.models import ENDED
from allokoli.platform.messages import repository as messages
from allokoli.platform.messages.schemas import MessageRead

_HEARTBEAT_S = 15.0


async def follow(identity: Identity, call_id: UUID) -> AsyncIterator[tuple[str, Any]]:
    """A call's events: `call` with the whole call, first and whenever it changes; `message` with
    each new turn; `beat` when nothing happened for a while; `end`, and then no more.

    Args:
        identity: who follows; has already been allowed to see the call.
        call_id: our id of it.
    """
    async with events.subscribe(f"call:{call_id}") as stream:
        detail = await _detail(identity, call_id)
        yield "call", detail
        # Waited for without being cancelled: cancelling would end the stream.
        coming = asyncio.ensure_future(anext(stream))
        try:
            while detail["status"] != ENDED:
                done, _ = await asyncio.wait({coming}, timeout=_HEARTBEAT_S)
                if not done:
                    yield "beat", {}
                    continue
                happened = coming.result()
                coming = asyncio.ensure_future(anext(stream))
                if happened.get("event") == "message":
                    yield "message", await _message(identity, UUID(happened["id"]))
                else:
                    detail = await _detail(identity, call_id)
                    yield "call", detail
        finally:
            coming.cancel()
        yield "end", {"ended_reason": detail["ended_reason"]}


async def as_server_sent_events(identity: Identity, call_id: UUID) -> AsyncIterator[str]:
    """The same, as the text of a `text/event-stream`."""
    async for event, data in follow(identity, call_id):
        yield f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _detail(identity: Identity, call_id: UUID) -> dict[str, Any]:
    async with session(identity) as opened:
        return (await service.get_call(opened, call_id)).model_dump(mode="json")


async def _message(identity: Identity, message_id: UUID) -> dict[str, Any] | None:
    async with session(identity) as opened:
        row = await messages.message(opened, message_id)
        return MessageRead.model_validate(row).model_dump(mode="json") if row else None
