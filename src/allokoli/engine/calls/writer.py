"""Writes a running call down in order, and waits out a database that is away for a few seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.core.identity import Identity

_ATTEMPTS = 6
_FIRST_WAIT_S = 0.2

Write = Callable[[AsyncSession], Awaitable[Any]]
_log = structlog.get_logger()


class Writer:
    """One call's writes, one after the other.

    Args:
        identity: acts for the call's organization.
        call_id: for the log.
    """

    def __init__(self, identity: Identity, call_id: UUID) -> None:
        self._identity = identity
        self._call_id = call_id
        self._waiting: asyncio.Queue[Write | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._run())

    def put(self, write: Write) -> None:
        """Queue a write; returns at once."""
        self._waiting.put_nowait(write)

    async def finish(self) -> None:
        """Write what waits, and stop."""
        self._waiting.put_nowait(None)
        await self._task

    def cancel(self) -> None:
        """Stop, and write nothing more."""
        self._task.cancel()

    async def write(self, write: Write) -> None:
        """Write now, once what was queued is written."""
        for attempt in range(_ATTEMPTS):
            try:
                async with session(self._identity) as opened:
                    await write(opened)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("call_write_failed", call=str(self._call_id), attempt=attempt,
                             error=type(error).__name__)  # fmt: skip
                await asyncio.sleep(_FIRST_WAIT_S * 2**attempt)
            else:
                return
        _log.error("call_write_lost", call=str(self._call_id))

    async def _run(self) -> None:
        while (write := await self._waiting.get()) is not None:
            await self.write(write)
