"""A caller at the other end of a WebSocket: raw audio, JSON messages."""

import asyncio
import contextlib
import json
import time
from collections import deque
from typing import Any

import numpy as np
import soxr
from hearing import AUDIBLE_PEAK, HEARD_RATE, Hearing
from pipecat.audio.utils import audioop
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


class SocketCaller(Hearing):
    """Calls, speaks, listens.

    Args:
        url: the call's WebSocket.
        encoding: `pcm_s16le` or `mulaw`.
        rate: in Hz.

    Attributes:
        messages: what came as text.
        sizes: of the binary frames that came, in bytes.
        closed: the code and the reason the socket closed with.
    """

    def __init__(self, url: str, encoding: str = "pcm_s16le", rate: int = 16_000) -> None:
        super().__init__(rate)
        self.url = url
        self.encoding = encoding
        self.rate = rate
        self.headers: dict[str, str] = {}
        self.messages: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.closed: tuple[int, str] | None = None
        self.ended = asyncio.Event()
        self._queue: deque[tuple[bytes, asyncio.Future[float] | None]] = deque()
        self._unsaid: list[asyncio.Future[float]] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, *, speaking: bool = True) -> "SocketCaller":
        """Open the line; `speaking` sends silence while nothing is said, as microphones do."""
        self.socket = await connect(
            self.url, max_size=None, additional_headers=self.headers, proxy=None
        )
        self._tasks = [asyncio.create_task(self._listen())]
        if speaking:
            self._tasks.append(asyncio.create_task(self._send_regularly()))
        return self

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        await self.socket.send(json.dumps(message))

    def speak(self, pcm: bytes) -> "asyncio.Future[float]":
        """Queue 16-bit mono speech at 16 kHz; resolves once all of it left, or the line."""
        audio = np.frombuffer(pcm, np.int16)
        loud = np.flatnonzero(np.abs(audio.astype(np.int32)) > AUDIBLE_PEAK)
        wire = self.encoded(audio[loud[0] : loud[-1] + 1].tobytes())
        size = self.rate // 50 * (2 if self.encoding == "pcm_s16le" else 1)
        pieces = [wire[at : at + size] for at in range(0, len(wire), size)]
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        for index, piece in enumerate(pieces):
            self._queue.append((piece, done if index == len(pieces) - 1 else None))
        self._unsaid.append(done)
        if self.ended.is_set():
            self._fall_silent()
        return done

    def encoded(self, pcm: bytes) -> bytes:
        """16-bit mono at 16 kHz as this line has it."""
        audio = np.frombuffer(pcm, np.int16)
        if self.rate != HEARD_RATE:
            audio = soxr.resample(audio, HEARD_RATE, self.rate).astype(np.int16)
        wire = audio.tobytes()
        return audioop.lin2ulaw(wire, 2) if self.encoding == "mulaw" else wire

    async def hang_up(self) -> None:
        """Leave politely."""
        with contextlib.suppress(ConnectionClosed):
            await self.socket.close()
        await self._stop()

    async def vanish(self) -> None:
        """Lose the network without a word."""
        self.socket.transport.abort()
        await self._stop()

    async def over(self, within_s: float = 10.0) -> tuple[int, str]:
        """How the socket closed."""
        async with asyncio.timeout(within_s):
            while self.closed is None:
                await self._next()
        return self.closed

    async def _listen(self) -> None:
        try:
            async for message in self.socket:
                if isinstance(message, str):
                    self.messages.append(json.loads(message))
                else:
                    self.sizes.append(len(message))
                    if self.encoding == "mulaw":
                        message = audioop.ulaw2lin(message, 2)  # noqa: PLW2901
                    self.hear(np.frombuffer(message, np.int16))
                self._changed.set()
        except ConnectionClosed:
            pass
        self.closed = (self.socket.close_code or 1006, self.socket.close_reason or "")
        self.ended.set()
        self._fall_silent()
        self._changed.set()

    def _fall_silent(self) -> None:
        for done in self._unsaid:
            if not done.done():
                done.set_result(time.monotonic())

    async def _send_regularly(self) -> None:
        silence = self.encoded(bytes(HEARD_RATE // 50 * 2))
        started_s = time.monotonic()
        sent = 0
        with contextlib.suppress(ConnectionClosed):
            while True:
                piece, done = self._queue.popleft() if self._queue else (silence, None)
                await self.socket.send(piece)
                sent += 1
                if done and not done.done():
                    done.set_result(time.monotonic())
                await asyncio.sleep(max(0.0, started_s + sent / 50 - time.monotonic()))

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
