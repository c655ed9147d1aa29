"""Those who listen to a running call; none of them can slow it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from allokoli.engine.calls.voice import ListenerTooSlow

Heard = bytes | dict[str, Any]
_MAX_LISTENERS = 20
_MAX_WAITING = 64  # pieces: about twenty seconds of audio


class Listeners:
    """Passes on what is heard; a listener that does not keep up is dropped."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Heard | None]] = set()
        self._closed = False

    def tell(self, heard: Heard) -> None:
        """Pass on a piece of audio or a client message; returns at once."""
        for queue in list(self._queues):
            try:
                queue.put_nowait(heard)
            except asyncio.QueueFull:
                self._drop(queue)

    def close(self) -> None:
        """The call is over."""
        self._closed = True
        for queue in list(self._queues):
            if queue.full():
                queue.get_nowait()
            self._drop(queue)

    async def listen(self) -> AsyncIterator[Heard]:
        """What is heard from now on, to the end of the call.

        Raises:
            ListenerTooSlow: it did not keep up, or there are too many listeners.
        """
        if self._closed:
            return
        if len(self._queues) >= _MAX_LISTENERS:
            raise ListenerTooSlow("Too many listen to this call already.")
        queue: asyncio.Queue[Heard | None] = asyncio.Queue(_MAX_WAITING)
        self._queues.add(queue)
        try:
            while (heard := await queue.get()) is not None:
                yield heard
            if not self._closed:
                raise ListenerTooSlow("This listener did not keep up with the call.")
        finally:
            self._queues.discard(queue)

    def _drop(self, queue: asyncio.Queue[Heard | None]) -> None:
        """Let it end: what waited counts for nothing."""
        self._queues.discard(queue)
        while not queue.empty() and not self._closed:
            queue.get_nowait()
        queue.put_nowait(None)
