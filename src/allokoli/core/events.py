"""Live events between processes, over PostgreSQL's LISTEN and NOTIFY.

Events say that something changed and carry ids only; whoever follows reads the rest.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import app_conninfo
from allokoli.core.settings import get_settings

_CHANNEL = "allokoli"
_QUEUE_SIZE = 256
_RECONNECT_S = 1.0
_CONNECT_TIMEOUT_S = 5
# Told to every follower after a lost connection: something may have been missed, read again.
RESYNC = {"event": "resync"}

_log = structlog.get_logger()
_followers: dict[str, set[asyncio.Queue[dict[str, Any]]]] = {}
_listener: asyncio.Task[None] | None = None
_listening = asyncio.Event()


async def publish(opened: AsyncSession, topic: str, **payload: Any) -> None:
    """Tell followers of a topic, when the session's transaction commits.

    Args:
        opened: the session.
        topic: `org:<id>`, `call:<id>` or `session:<id>`.
        payload: ids and short scalars (PostgreSQL allows 8,000 bytes).
    """
    await opened.execute(
        text("select pg_notify(:channel, :body)"),
        {"channel": _CHANNEL, "body": json.dumps({"topic": topic, **payload}, default=str)},
    )


@asynccontextmanager
async def subscribe(topic: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Follow a topic from now on.

    A follower that stops reading loses its oldest events and finds `RESYNC` in their place.
    """
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_QUEUE_SIZE)
    _followers.setdefault(topic, set()).add(queue)
    try:
        await _ensure_listening()
        yield _drain(queue)
    finally:
        followers = _followers[topic]
        followers.discard(queue)
        if not followers:
            del _followers[topic]


async def close() -> None:
    """Stop listening (at shutdown)."""
    global _listener  # noqa: PLW0603 - one listener for the process
    if _listener is not None:
        _listener.cancel()
        with suppress(asyncio.CancelledError):
            await _listener
        _listener = None
        _listening.clear()


async def _drain(queue: asyncio.Queue[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    while True:
        yield await queue.get()


async def _ensure_listening() -> None:
    global _listener  # noqa: PLW0603 - one listener for the process
    if _listener is None or _listener.done():
        _listening.clear()
        _listener = asyncio.create_task(_listen())
    async with asyncio.timeout(10):
        await _listening.wait()


async def _listen() -> None:
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                app_conninfo(get_settings()), autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S
            )
            async with connection:
                await connection.execute(f"listen {_CHANNEL}")
                if _listening.is_set():
                    _tell_all(RESYNC)
                _listening.set()
                async for notice in connection.notifies():
                    event = json.loads(notice.payload)
                    for queue in _followers.get(event.pop("topic"), ()):
                        _offer(queue, event)
        except (psycopg.Error, OSError) as error:
            _log.warning("events_connection_lost", error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_S)


def _tell_all(event: dict[str, Any]) -> None:
    for queues in _followers.values():
        for queue in queues:
            _offer(queue, event)


def _offer(queue: asyncio.Queue[dict[str, Any]], event: dict[str, Any]) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(RESYNC)
    queue.put_nowait(event)
