"""A client's WebSocket as a call reads and writes it: audio held to real time, texts in a queue."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

# How far ahead of real time a client may be; the rest waits in the network, where it is bounded.
_LEAD_S = 1.0
_PIECE_S = 0.1
_MAX_WAITING = 500


class PacedSocket:
    """What Pipecat's transport takes for a WebSocket.

    A client that sends a whole file at once is heard at the pace of speech, nothing lost. One that
    does not read its messages is given up once too many wait.

    Args:
        websocket: accepted.
        bytes_per_s: of the client's audio; 0 leaves what comes as it is.
        on_clogged: told once that the client does not read.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        websocket: WebSocket,
        bytes_per_s: int,
        on_clogged: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._websocket = websocket
        self._bytes_per_s = bytes_per_s
        self._piece = max(2, int(bytes_per_s * _PIECE_S) // 2 * 2)
        self._on_clogged = on_clogged
        self._clock = clock
        self._heard_until_s = 0.0
        self._left = b""
        self._texts: deque[str] = deque()
        self._writer: asyncio.Task[None] | None = None

    @property
    def client_state(self) -> WebSocketState:
        """Starlette's."""
        return self._websocket.client_state

    @property
    def application_state(self) -> WebSocketState:
        """Starlette's."""
        return self._websocket.application_state

    async def receive(self) -> dict[str, Any]:
        """The next message, a long one in pieces, not ahead of its time."""
        if not self._left:
            message = dict(await self._websocket.receive())
            audio = message.get("bytes")
            if not self._bytes_per_s or not audio:
                return message
            self._left = audio
        piece, self._left = self._left[: self._piece], self._left[self._piece :]
        now_s = self._clock()
        self._heard_until_s = max(self._heard_until_s, now_s) + len(piece) / self._bytes_per_s
        ahead_s = self._heard_until_s - now_s - _LEAD_S
        if ahead_s > 0:
            await asyncio.sleep(ahead_s)
        return {"type": "websocket.receive", "bytes": piece}

    async def send_bytes(self, data: bytes) -> None:
        """Write audio."""
        await self._websocket.send_bytes(data)

    async def send_text(self, data: str) -> None:
        """Write a text at its place in the audio."""
        await self._websocket.send_text(data)

    def put_text(self, text: str) -> None:
        """Queue a text; returns at once."""
        if len(self._texts) >= _MAX_WAITING:
            self._on_clogged()
            return
        self._texts.append(text)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Send what can be sent at once, then close."""
        if self._writer is not None and not self._writer.done():
            await asyncio.wait({self._writer}, timeout=0.2)
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):  # gone already
            await self._websocket.close(code, reason)

    async def _write(self) -> None:
        while self._texts:
            try:
                await self._websocket.send_text(self._texts.popleft())
            except (RuntimeError, WebSocketDisconnect, OSError):
                self._texts.clear()  # the client is gone; its reader tells the call
