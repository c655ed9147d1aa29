"""A call's recording, written while the call runs: stereo, caller left, assistant right.

Both sides are placed on the call's own clock, so that a listener hears what the two people heard
and when. At most a second is held in memory; the rest is in the file, which survives a kill.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import structlog

from allokoli.engine.wav import FRAME_BYTES, SAMPLE_RATE, header

_FLUSH_S = 0.4
_SETTLE_S = 0.3
_JITTER_S = 0.25

_log = structlog.get_logger(__name__)


class _Side:
    """One channel: samples not written yet, and where the next one goes."""

    def __init__(self) -> None:
        self.pending = bytearray()

    def put(self, pcm: bytes, end: int, base: int) -> None:
        """Place `pcm` so that it ends at sample `end`; small jitter is absorbed."""
        at = base + len(self.pending) // 2
        start = end - len(pcm) // 2
        if start - at > _JITTER_S * SAMPLE_RATE:
            self.pending += bytes((start - at) * 2)
        self.pending += pcm

    def take(self, count: int) -> bytes:
        """Remove `count` samples, silence standing for those that never came."""
        taken = bytes(self.pending[: count * 2])
        del self.pending[: count * 2]
        return taken + bytes(count * 2 - len(taken))


class Recording:
    """Writes one call to a WAV file.

    A disk that fails ends the recording, not the call.

    Args:
        path: file to write; its folder is made.
        on_both: told both sides as they are written, interleaved.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_both: Callable[[bytes], None] = lambda _both: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_both = on_both
        self._clock = clock
        self._caller, self._assistant = _Side(), _Side()
        self._written = 0
        self._started_s: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._file: BinaryIO | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffering=0)
            self._file.write(header(0))
        except OSError as error:
            self._give_up(error)

    def start(self) -> None:
        """Start the call's clock and the writing."""
        self._started_s = self._clock()
        self._task = asyncio.create_task(self._write_regularly())

    def caller(self, pcm: bytes) -> None:
        """Add what the caller just said: 16-bit mono at 16 kHz."""
        self._put(self._caller, pcm)

    def assistant(self, pcm: bytes) -> None:
        """Add what was just played to the caller: 16-bit mono at 16 kHz."""
        self._put(self._assistant, pcm)

    async def close(self) -> None:
        """Write what is left and complete the header."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._file is None:
            return
        await self._write(self._take(settle_s=0.0))
        if self._file is None:
            return
        size = self._written * FRAME_BYTES
        try:
            self._file.seek(0)
            self._file.write(header(size))
            self._file.close()
        except OSError as error:
            self._give_up(error)

    def _put(self, side: _Side, pcm: bytes) -> None:
        if self._started_s is None:
            return
        side.put(pcm, self._position(), self._written)

    def _position(self) -> int:
        return int((self._clock() - (self._started_s or 0.0)) * SAMPLE_RATE)

    async def _write_regularly(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_S)
            await self._write(self._take(settle_s=_SETTLE_S))

    def _take(self, settle_s: float) -> bytes:
        """Interleave what no late frame can change any more."""
        if self._started_s is None:
            return b""
        count = self._position() - int(settle_s * SAMPLE_RATE) - self._written
        if count <= 0:
            return b""
        both = np.empty((count, 2), np.int16)
        both[:, 0] = np.frombuffer(self._caller.take(count), np.int16)
        both[:, 1] = np.frombuffer(self._assistant.take(count), np.int16)
        self._written += count
        return both.tobytes()

    async def _write(self, data: bytes) -> None:
        if data:
            self._on_both(data)
        if self._file is None or not data:
            return
        try:
            await asyncio.to_thread(self._file.write, data)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        _log.error("recording_stopped", error=error.strerror)
        self._file = None
