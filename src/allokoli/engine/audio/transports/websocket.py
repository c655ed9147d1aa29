"""A caller at the other end of a WebSocket that carries raw audio."""

import asyncio
import contextlib
import json
from typing import Any

from pipecat.transports.base_transport import BaseTransport
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from starlette.websockets import WebSocket

from allokoli.engine.audio.transports.line import LineAudio, LineEvents, crossed
from allokoli.engine.audio.transports.paced_socket import PacedSocket
from allokoli.engine.audio.transports.raw_audio import RawAudio
from allokoli.engine.calls.voice import AudioFormat

# A client that does not take audio for so long is not listening any more.
_WRITE_TIMEOUT_S = 5.0


class WebSocketLine:
    """A `Line` over a WebSocket.

    Args:
        websocket: accepted.
        audio_format: of its audio, both ways.
        audio: what is done to it.
    """

    def __init__(self, websocket: WebSocket, audio_format: AudioFormat, audio: LineAudio) -> None:
        self._events: LineEvents | None = None
        self._socket = PacedSocket(websocket, audio_format.bytes_per_s, self._clogged)
        self._transport = FastAPIWebsocketTransport(
            self._socket,  # type: ignore[arg-type] # a WebSocket as far as Pipecat uses it
            FastAPIWebsocketParams(
                **audio.params(),
                audio_out_end_silence_secs=0,
                audio_out_write_timeout_secs=_WRITE_TIMEOUT_S,
                serializer=RawAudio(audio_format, self._message, self.send),
                allowed_origins=[],
            ),
        )

    @property
    def transport(self) -> BaseTransport:
        """See `Line`."""
        return self._transport

    def attach(self, events: LineEvents) -> None:
        """See `Line`."""
        self._events = events

        async def connected(_transport: object, _client: object) -> None:
            await events.connected()

        async def gone(_transport: object, _client: object) -> None:
            events.gone(None)

        self._transport.add_event_handler("on_client_connected", connected)
        self._transport.add_event_handler("on_client_disconnected", gone)

    def send(self, message: dict[str, Any]) -> None:
        """See `Line`."""
        self._socket.put_text(json.dumps(message, ensure_ascii=False))

    async def last_words_heard(self) -> None:
        """See `Line`."""
        await crossed()

    async def close(self) -> None:
        """See `Line`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WRITE_TIMEOUT_S):
                await self._socket.close()

    async def _message(self, message: dict[str, Any]) -> None:
        if self._events is not None:
            await self._events.message(message)

    def _clogged(self) -> None:
        if self._events is not None:
            self._events.gone(None)
