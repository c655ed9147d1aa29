"""What lines over a WebSocket share."""

import asyncio
import contextlib

from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.transports.base_transport import BaseTransport
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from starlette.websockets import WebSocket

from allokoli.engine.audio.transports.line import LineAudio, LineEvents
from allokoli.engine.audio.transports.paced_socket import PacedSocket

# A client that does not take audio for so long is not listening any more.
_WRITE_TIMEOUT_S = 5.0


class SocketLine:
    """A `Line` over a WebSocket, but for what its client alone knows.

    Args:
        websocket: accepted.
        bytes_per_s: of the client's audio; 0 leaves what comes as it is.
        serializer: the client's messages to Pipecat's frames and back.
        audio: what is done to its audio.
    """

    def __init__(
        self,
        websocket: WebSocket,
        bytes_per_s: int,
        serializer: FrameSerializer,
        audio: LineAudio,
    ) -> None:
        self._events: LineEvents | None = None
        self._socket = PacedSocket(websocket, bytes_per_s, self._gone)
        self._transport = FastAPIWebsocketTransport(
            self._socket,  # type: ignore[arg-type] # a WebSocket as far as Pipecat uses it
            FastAPIWebsocketParams(
                **audio.params(),
                audio_out_end_silence_secs=0,
                audio_out_write_timeout_secs=_WRITE_TIMEOUT_S,
                serializer=serializer,
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
            self._gone()

        self._transport.add_event_handler("on_client_connected", connected)
        self._transport.add_event_handler("on_client_disconnected", gone)

    async def close(self) -> None:
        """See `Line`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WRITE_TIMEOUT_S):
                await self._socket.close()

    def _gone(self) -> None:
        if self._events is not None:
            self._events.gone(self._why_gone())

    def _why_gone(self) -> str | None:
        """The `endedReason`; None when the caller hung up."""
        return None
