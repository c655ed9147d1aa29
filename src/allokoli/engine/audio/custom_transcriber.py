"""A transcriber that the assistant's owner runs, as Vapi's `custom-transcriber` has it.

A WebSocket is opened to its server; both sides are sent as 16-bit stereo, the customer left and the
assistant right, and it answers with transcripts as it has them.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import structlog
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
)
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.utils.time import time_now_iso8601
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from allokoli.core import outbound
from allokoli.engine.audio.surroundings import Surroundings, server_headers
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.speech.recognizer import SAMPLE_RATE

_OPEN_S = 10.0
_WRITE_S = 5.0
_CLOSE_S = 1.0
_MAX_MESSAGE_BYTES = 65_536
_MAX_CHARS = 5_000
_MAX_WAITING = 500  # frames: ten seconds of audio
# Partial transcripts come ten times a second at most; what a slow network held back comes at once.
_MESSAGES_PER_S = 25.0
_MAX_BURST = 100
_SLOWEST_S = 1.5
_MAX_PLAYED_BYTES = SAMPLE_RATE * 2 * 2

_log = structlog.get_logger(__name__)


class CustomTranscriber(STTService):
    """Gives a call's audio to a server and takes what it understood.

    Args:
        server: Vapi's `server`, its address `ws(s)` or `http(s)`.
        around: the call's surroundings.
        on_heard: told the words of the turn so far.
        on_failed: told once that no more will come.
    """

    def __init__(
        self,
        server: dict[str, Any],
        around: Surroundings,
        *,
        on_heard: Callable[[str], None],
        on_failed: Callable[[], None],
    ) -> None:
        super().__init__(
            settings=STTSettings(model="custom", language=None), ttfs_p99_latency=_SLOWEST_S
        )
        self._server = server
        self._around = around
        self._on_heard = on_heard
        self._on_failed = on_failed
        self._segments: list[str] = []
        self._last_turn: list[str] = []
        self._played = bytearray()
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue(_MAX_WAITING)
        self._exchange: asyncio.Task[None] | None = None
        self._failed = False

    def turn_ended(self) -> None:
        """What comes next belongs to another turn."""
        self._last_turn, self._segments = self._segments, []

    def turn_resumed(self) -> None:
        """The last turn was not over."""
        self._segments = self._last_turn

    def played(self, pcm: bytes) -> None:
        """What the caller just heard of the assistant: 16-bit mono at 16 kHz."""
        self._played += pcm
        del self._played[:-_MAX_PLAYED_BYTES]

    async def start(self, frame: StartFrame) -> None:
        """Begin to open the connection; the call does not wait for it."""
        await super().start(frame)
        self._exchange = self.create_task(self._run())

    async def stop(self, frame: EndFrame) -> None:
        """Close the connection."""
        await super().stop(frame)
        await self._close()

    async def cancel(self, frame: CancelFrame) -> None:
        """Close the connection."""
        await super().cancel(frame)
        await self._close()

    async def cleanup(self) -> None:
        """Close the connection."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._close()

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Send a piece of the caller's audio, 16-bit mono at 16 kHz."""
        if not self._failed:
            assistant = bytes(self._played[: len(audio)])
            del self._played[: len(audio)]
            both = np.empty((len(audio) // 2, 2), np.int16)
            both[:, 0] = np.frombuffer(audio, np.int16)
            both[:, 1] = np.frombuffer(assistant.ljust(len(audio), b"\0"), np.int16)
            try:
                self._outgoing.put_nowait(both.tobytes())
            except asyncio.QueueFull:
                self._fail("it does not take the audio")
        yield None

    async def _close(self) -> None:
        exchange, self._exchange = self._exchange, None
        self._failed = True
        if exchange:
            await self.cancel_task(exchange)

    async def _run(self) -> None:
        reason = "it closed the connection"
        try:
            async with await self._opened() as socket:
                start = {"type": "start", "encoding": "linear16", "container": "raw"}
                await socket.send(json.dumps({**start, "sampleRate": SAMPLE_RATE, "channels": 2}))
                sending = asyncio.create_task(self._send(socket))
                try:
                    await self._listen(socket)
                finally:
                    sending.cancel()
                    await asyncio.gather(sending, return_exceptions=True)
        except (WebSocketException, httpx.HTTPError, OSError, TimeoutError, ValueError) as error:
            reason = type(error).__name__
        except ServerFailed as failure:
            reason = str(failure)
        self._fail(reason)

    async def _listen(self, socket: ClientConnection) -> None:
        """Take what the server tells until it leaves.

        Raises:
            ServerFailed: it talks without end, and every call of this process would pay for it.
        """
        allowed, last = float(_MAX_BURST), monotonic()
        async for message in socket:
            now = monotonic()
            allowed = min(allowed + (now - last) * _MESSAGES_PER_S, _MAX_BURST) - 1
            last = now
            if allowed < 0:
                raise ServerFailed("it sends more messages than anybody can say")
            await self._take(message)
            # Messages that are here already would be read without letting anybody else go on.
            await asyncio.sleep(0)

    async def _opened(self) -> ClientConnection:
        address = str(self._server.get("url") or "")
        if address.startswith("http"):
            address = "ws" + address.removeprefix("http")
        parts = urlsplit(address)
        if parts.scheme not in {"ws", "wss"} or not parts.hostname:
            raise ServerFailed("the transcriber's server has no address")
        secure = parts.scheme == "wss"
        port = parts.port or (443 if secure else 80)
        tls: dict[str, Any] = {"server_hostname": parts.hostname} if secure else {}
        async with asyncio.timeout(_OPEN_S):
            headers = await server_headers(self._server, self._around)
            (found, *_) = await outbound.checked_addresses(parts.hostname, port)
            return await connect(
                parts.geturl(),
                host=found,
                port=port,
                additional_headers=headers,
                open_timeout=_OPEN_S,
                close_timeout=_CLOSE_S,
                max_size=_MAX_MESSAGE_BYTES,
                proxy=None,
                **tls,
            )

    async def _send(self, socket: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            while True:
                piece = await self._outgoing.get()
                async with asyncio.timeout(_WRITE_S):
                    await socket.send(piece)

    async def _take(self, message: str | bytes) -> None:
        """Take a transcript; anything else counts for nothing."""
        try:
            told = json.loads(message)
        except (ValueError, RecursionError):
            return
        match told:
            case {"type": "transcriber-response", "transcription": str(words), **rest}:
                words = words.strip()[:_MAX_CHARS]
                if words and rest.get("channel", "customer") == "customer":
                    await self._heard(words, partial=rest.get("transcriptType") == "partial")

    async def _heard(self, words: str, *, partial: bool) -> None:
        now = time_now_iso8601()
        whole = " ".join([*self._segments, words])[-_MAX_CHARS:]
        if partial:
            await self.push_frame(InterimTranscriptionFrame(words, "caller", now))
            return
        self._segments = [whole]
        self._on_heard(whole)
        await self.push_frame(TranscriptionFrame(whole, "caller", now))

    def _fail(self, reason: str) -> None:
        if not self._failed:
            self._failed = True
            _log.warning("custom_transcriber_failed", reason=reason)
            self._on_failed()
