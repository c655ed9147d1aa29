"""How long an assistant holds its tongue: after the caller, and after being cut short."""

import asyncio
import time
from collections.abc import Awaitable, Callable


class Pauses:
    """Holds the first words of an answer back until their time.

    Args:
        clock: monotonic seconds.
        sleep: waits that many seconds.

    Attributes:
        after_caller_s: shortest wait after the caller's last sound.
        after_interruption_s: shortest wait after being cut.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._not_before_s = 0.0
        self.after_caller_s = 0.0
        self.after_interruption_s = 0.0

    def caller_stopped(self, ago_s: float) -> None:
        """The caller fell silent `ago_s` seconds before now."""
        self._hold_until(self._clock() - ago_s + self.after_caller_s)

    def interrupted(self) -> None:
        """The caller cut the assistant short."""
        self._hold_until(self._clock() + self.after_interruption_s)

    async def before_speaking(self) -> None:
        """Wait for the time to speak."""
        if (left_s := self._not_before_s - self._clock()) > 0:
            await self._sleep(left_s)

    def _hold_until(self, moment_s: float) -> None:
        self._not_before_s = max(self._not_before_s, moment_s)
