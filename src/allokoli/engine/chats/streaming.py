"""A chat as server-sent events, while it is being answered."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

from allokoli.core.errors import AlloKoliError
from allokoli.engine.chats.turns import Turn

# A quiet stream gets a comment this often, in seconds.
QUIET_S = 15.0
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def event_stream(lines: AsyncIterator[str]) -> StreamingResponse:
    """Events, sent as they come; a comment now and then while none comes, so that nobody on the
    way takes the stream for dead.

    Args:
        lines: each ends as `line` ends it.
    """
    return StreamingResponse(_kept_alive(lines), media_type="text/event-stream", headers=_HEADERS)


async def chat_events(turn: Turn, *, public: bool = False) -> AsyncIterator[str]:
    """Vapi's events: each says which words are added to which message.

    Args:
        turn: begun.
        public: whether messages are numbered as if the others, of tools, did not exist.
    """
    same = {"id": str(turn.id), **({"sessionId": turn.session_id} if turn.session_id else {})}
    numbers: list[int] = []
    try:
        async for piece in turn.pieces():
            if piece.index not in numbers:
                numbers.append(piece.index)
            number = numbers.index(piece.index) if public else piece.index
            told = {**same, "path": f"chat.output[{number}].content", "delta": piece.text}
            yield line(told)
    except AlloKoliError as error:
        yield line({**same, "error": {"message": error.message, "statusCode": error.status}})


async def _kept_alive(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    waiting: asyncio.Future[str] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(lines))
            ready, _ = await asyncio.wait({waiting}, timeout=QUIET_S)
            if not ready:
                yield ": waiting\n\n"
                continue
            try:
                told = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield told
    finally:
        if waiting is not None:
            waiting.cancel()


def line(told: dict[str, Any], event: str | None = None) -> str:
    """One event.

    Args:
        told: its data.
        event: its name, where it has one.
    """
    named = f"event: {event}\n" if event else ""
    return f"{named}data: {json.dumps(told, ensure_ascii=False)}\n\n"
