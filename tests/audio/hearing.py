"""What a caller hears, and when."""

import asyncio
import contextlib
import time
from bisect import bisect_left, bisect_right

import numpy as np
import soxr

HEARD_RATE = 16_000
AUDIBLE_PEAK = 300
ENDED_S = 1.5
"""The silence that ends an answer: voices pause for a third of a second, busy machines for one."""
_LOOK_S = 0.1
Pcm = np.ndarray


class Hearing:
    """The ears of one caller.

    Args:
        rate: of what is heard, in Hz.
    """

    def __init__(self, rate: int) -> None:
        self._heard_rate = rate
        self._pieces: list[Pcm] = []
        self._at_s: list[float] = []
        self._sounds_s: list[float] = []  # when a piece was audible: asked at every piece
        self._changed = asyncio.Event()

    def hear(self, pcm: Pcm) -> None:
        """Take the next piece of what is heard: 16-bit mono."""
        now_s = time.monotonic()
        self._pieces.append(pcm)
        self._at_s.append(now_s)
        if np.abs(pcm.astype(np.int32)).max(initial=0) > AUDIBLE_PEAK:
            self._sounds_s.append(now_s)
        self._changed.set()

    @property
    def pieces(self) -> int:
        """How many were heard."""
        return len(self._pieces)

    def heard_from(self, piece: int) -> Pcm:
        """What was heard from one piece on, as it came."""
        return np.concatenate([np.zeros(0, np.int16), *self._pieces[piece:]])

    def heard_since(self, moment_s: float) -> bytes:
        """What was heard from a moment on: 16-bit mono at 16 kHz."""
        audio = self.heard_from(bisect_left(self._at_s, moment_s))
        if self._heard_rate != HEARD_RATE:
            audio = soxr.resample(audio.astype(np.float32), self._heard_rate, HEARD_RATE)
        return bytes(audio.astype(np.int16).tobytes())

    async def sound_after(self, moment_s: float, within_s: float = 10.0) -> float:
        """When the first audible piece after a moment was heard."""
        async with asyncio.timeout(within_s):
            while (index := bisect_right(self._sounds_s, moment_s)) == len(self._sounds_s):
                await self._next()
        return self._sounds_s[index]

    async def silence_after(
        self, moment_s: float, lasting_s: float = ENDED_S, within_s: float = 30.0
    ) -> float:
        """When the last audible piece was heard, once silence has lasted after a moment."""
        async with asyncio.timeout(within_s):
            while not self._silent_after(moment_s, lasting_s):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._next(), _LOOK_S)
        return self._sounds_s[-1]

    def _silent_after(self, moment_s: float, lasting_s: float) -> bool:
        last_s = self._sounds_s[-1] if self._sounds_s else moment_s
        return last_s > moment_s and time.monotonic() - last_s >= lasting_s

    async def _next(self) -> None:
        self._changed.clear()
        await self._changed.wait()
