"""How a call ends by its own will: the last words heard, the caller forwarded if that was asked."""

import asyncio
from collections.abc import Callable

import structlog

from allokoli.engine.audio.frames import HangUpFrame
from allokoli.engine.audio.transports.line import Line
from allokoli.engine.calls.voice import Forward
from allokoli.engine.conversation import ended_reasons as ended

_FORWARD_S = 15.0
_log = structlog.get_logger(__name__)


class Departure:
    """The one departure of a call.

    Args:
        line: to the caller.
        forward: connects the caller to a destination; None where that cannot be done.
        on_end: told the `endedReason`; the first one counts.

    Attributes:
        forwarding: whether the carrier is taking the caller off the line.
    """

    def __init__(self, line: Line, forward: Forward | None, on_end: Callable[[str], None]) -> None:
        self._line = line
        self._forward = forward
        self._on_end = on_end
        self._leaving: asyncio.Task[None] | None = None
        self.forwarding = False

    def begin(self, frame: HangUpFrame) -> None:
        """The last words were written to the line; returns at once."""
        if self._leaving is None or self._leaving.done():
            self._leaving = asyncio.create_task(self._leave(frame))

    def cancel(self) -> None:
        """The call is over."""
        if self._leaving:
            self._leaving.cancel()

    async def _leave(self, frame: HangUpFrame) -> None:
        await self._line.last_words_heard()
        if frame.destination is not None and self._forward is not None:
            # The carrier takes the caller off this line before it says that it did.
            self.forwarding = True
            try:
                async with asyncio.timeout(_FORWARD_S):
                    await self._forward(frame.destination)
            except Exception as error:  # noqa: BLE001 - a call always ends with a reason
                _log.warning("forwarding_failed", error=type(error).__name__)
                self._on_end(ended.FORWARDING_FAILED)
        self._on_end(frame.reason)
