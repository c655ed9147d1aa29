"""Gathers the keys a caller presses into one entry."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

_MAX_KEYS = 64
_DEFAULT_TIMEOUT_S = 2.0
_LONGEST_S = 10.0


class Keypad:
    """One caller's keys, as the assistant's `keypadInputPlan` wants them.

    Args:
        on_entry: told each complete entry, its delimiter taken off.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        on_entry: Callable[[str], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._on_entry = on_entry
        self._sleep = sleep
        self._keys = ""
        self._waiting: asyncio.Task[None] | None = None
        self._enabled = False
        self._timeout_s: float | None = _DEFAULT_TIMEOUT_S
        self._delimiters = ""

    def follow(self, plan: Any) -> None:
        """Gather from now on as this plan wants; without one, keys mean nothing."""
        plan = plan if isinstance(plan, dict) else {}
        self._enabled = plan.get("enabled") is True
        wait = plan.get("timeoutSeconds", _DEFAULT_TIMEOUT_S)
        number = isinstance(wait, (int, float)) and not isinstance(wait, bool)
        self._timeout_s = min(max(0.0, float(wait)), _LONGEST_S) if number else None
        wanted = plan.get("delimiters")
        wanted = wanted if isinstance(wanted, list) else [wanted]
        self._delimiters = "".join(one for one in wanted if one in {"#", "*"})

    async def press(self, key: str) -> None:
        """The caller pressed a key."""
        if not self._enabled:
            return
        self.close()
        if key in self._delimiters:
            await self._give()
            return
        self._keys = (self._keys + key)[-_MAX_KEYS:]
        if self._timeout_s:
            self._waiting = asyncio.create_task(self._give_later(self._timeout_s))
        elif not self._delimiters:
            await self._give()

    def close(self) -> None:
        """Wait for no more keys."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _give_later(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._waiting = None
        await self._give()

    async def _give(self) -> None:
        keys, self._keys = self._keys, ""
        if keys:
            await self._on_entry(keys)
