"""What goes on by itself, within bounds, and is not forgotten when the process leaves."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

_log = structlog.get_logger()


class Background:
    """Tasks of one sort that nobody needs to wait for.

    Args:
        event: what the log calls the failure of one; its text is never logged.
        most: how many may run at once.
        closing_s: how long those at work are waited for when the process leaves.
    """

    def __init__(self, event: str, *, most: int, closing_s: float) -> None:
        self._event = event
        self._most = most
        self._closing_s = closing_s
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
        """Let some work run to its end; None, and nothing begun, where too many run."""
        if len(self._tasks) >= self._most:
            work.close()
            return None
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Wait a little for those at work, then give them up."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=self._closing_s)
            for one in late:
                one.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning(self._event, error=type(error).__name__)
