"""Turns at work: one at a time in a session, each to its end even when its client has left."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from weakref import WeakValueDictionary

from allokoli.engine.api.errors import Busy, OverConcurrency
from allokoli.engine.background import Background

TURN_TIMEOUT_S = 300.0
_WAIT_S = 120.0

at_work = Background("chat_turn_failed", most=500, closing_s=5.0)
_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


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
    task = at_work.start(turn)
    if task is None:
        raise OverConcurrency("Too many chats are being answered. Try again in a moment.")
    return task
