"""Turns at work: one at a time in a session, each to its end even when its client has left."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from weakref import WeakValueDictionary

import structlog

from allokoli.engine.api.errors import Busy, OverConcurrency

TURN_TIMEOUT_S = 300.0
_WAIT_S = 120.0
_MOST_AT_ONCE = 500
_CLOSING_S = 5.0

_log = structlog.get_logger()
_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
_tasks: set[asyncio.Task[None]] = set()


@contextlib.asynccontextmanager
async def alone(session_id: str | None) -> AsyncIterator[None]:
    """Wait for the turns of a session that came before; nobody waits where there is no session.

    Raises:
        Busy: they took too long.
    """
    if session_id is None:
        yield
        return
    lock = _turns.setdefault(session_id, asyncio.Lock())
    try:
        async with asyncio.timeout(_WAIT_S):
            await lock.acquire()
    except TimeoutError:
        raise Busy("Another chat of this session is still being answered; try again.") from None
    try:
        yield
    finally:
        lock.release()


@contextlib.asynccontextmanager
async def bounded(seconds: float) -> AsyncIterator[None]:
    """Give a turn up after some time.

    Raises:
        Busy: it took too long.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Busy("The assistant did not answer in time.") from None


def follow(turn: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Let a turn run to its end, whoever waits for it.

    Raises:
        OverConcurrency: too many run in this process.
    """
    if len(_tasks) >= _MOST_AT_ONCE:
        turn.close()
        raise OverConcurrency("Too many chats are being answered. Try again in a moment.")
    task = asyncio.create_task(turn)
    _tasks.add(task)
    task.add_done_callback(_ended)
    return task


async def close() -> None:
    """Wait a little for the turns at work, then give them up."""
    if _tasks:
        _, late = await asyncio.wait(set(_tasks), timeout=_CLOSING_S)
        for one in late:
            one.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _ended(task: asyncio.Task[None]) -> None:
    _tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("chat_turn_failed", error=type(error).__name__)
