"""A caller at the other end of a WebSocket that carries raw audio."""

import json
from typing import Any

from starlette.websockets import WebSocket

from allokoli.engine.audio.transports.line import LineAudio, crossed
from allokoli.engine.audio.transports.raw_audio import RawAudio
from allokoli.engine.audio.transports.socket_line import SocketLine
from allokoli.engine.calls.voice import AudioFormat


class WebSocketLine(SocketLine):
    """A `Line` over a WebSocket.

    Args:
        websocket: accepted.
        audio_format: of its audio, both ways.
        audio: what is done to it.
    """

    def __init__(self, websocket: WebSocket, audio_format: AudioFormat, audio: LineAudio) -> None:
        serializer = RawAudio(audio_format, self._message, self.send)
        super().__init__(websocket, audio_format.bytes_per_s, serializer, audio)

    def send(self, message: dict[str, Any]) -> None:
        """See `Line`."""
        self._socket.put_text(json.dumps(message, ensure_ascii=False))

    async def last_words_heard(self) -> None:
        """See `Line`."""
        await crossed()

    async def _message(self, message: dict[str, Any]) -> None:
        if self._events is not None:
            await self._events.message(message)
