"""Gives the keys a caller presses to the conversation, and tells it when no more come."""

import asyncio
from collections.abc import Awaitable, Callable


class Keypad:
    """One caller's keys.

    Args:
        on_key: told each key.
        on_quiet: told that none came for a while after the last.
        wait_s: gives how long that is, in seconds; 0 to wait for nothing.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        on_key: Callable[[str], Awaitable[None]],
        on_quiet: Callable[[], Awaitable[None]],
        wait_s: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._on_key = on_key
        self._on_quiet = on_quiet
        self._wait_s = wait_s
        self._sleep = sleep
        self._waiting: asyncio.Task[None] | None = None

    async def press(self, key: str) -> None:
        """The caller pressed a key."""
        self.close()
        await self._on_key(key)
        if (wait_s := self._wait_s()) > 0:
            self._waiting = asyncio.create_task(self._wait(wait_s))

    def close(self) -> None:
        """Wait for no more keys."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._waiting = None
        await self._on_quiet()
