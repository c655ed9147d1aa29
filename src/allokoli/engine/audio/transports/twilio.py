"""A caller on the telephone: Twilio's media streams, 8 kHz mu-law in JSON on a WebSocket."""

import asyncio
import base64
import binascii
import contextlib
import json
from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import Frame
from pipecat.serializers.twilio import TwilioFrameSerializer
from starlette.websockets import WebSocket

from allokoli.core.errors import InvalidInput
from allokoli.engine.audio.transports.line import LineAudio
from allokoli.engine.audio.transports.socket_line import SocketLine
from allokoli.engine.conversation import ended_reasons as ended

_LAST_WORDS_S = 2.0
_LAST_WORDS = "last-words"
_MAX_PAYLOAD = 64_000


class TwilioStream(TwilioFrameSerializer):
    """Twilio's messages to Pipecat's frames and back, whatever is sent.

    Args:
        stream_sid: the stream's.
        on_mark: told that a mark was reached in what the caller hears.
        on_stop: told that Twilio ends the stream: the caller hung up.
    """

    def __init__(
        self, stream_sid: str, on_mark: Callable[[str], None], on_stop: Callable[[], None]
    ) -> None:
        params = TwilioFrameSerializer.InputParams(auto_hang_up=False)
        super().__init__(stream_sid, params=params)
        self._on_mark = on_mark
        self._on_stop = on_stop

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """The caller's audio and keys; what makes no sense is passed over."""
        try:
            message = json.loads(data)
        except (ValueError, RecursionError):
            return None
        match message:
            case {"event": "stop"}:
                self._on_stop()
            case {"event": "mark", "mark": {"name": str(name)}}:
                self._on_mark(name)
            case {"event": "media", "media": {"payload": str(payload)}} if _is_audio(payload):
                return await super().deserialize(data)
            case {"event": "dtmf", "dtmf": {"digit": str()}}:
                return await super().deserialize(data)
        return None


class NamelessStream(InvalidInput):
    """The start message names no stream."""

    def __init__(self) -> None:
        super().__init__(self.__doc__ or "")


class TwilioLine(SocketLine):
    """A `Line` over a Twilio media stream.

    Args:
        websocket: accepted, its `start` message read.
        start_message: that message, whole.
        audio: what is done to its audio.

    Raises:
        NamelessStream: as it says.
    """

    def __init__(
        self, websocket: WebSocket, start_message: dict[str, Any], audio: LineAudio
    ) -> None:
        start = start_message.get("start")
        stream_sid = start_message.get("streamSid") or (
            start.get("streamSid") if isinstance(start, dict) else None
        )
        if not isinstance(stream_sid, str) or not stream_sid:
            raise NamelessStream
        self._stream_sid = stream_sid
        self._heard = asyncio.Event()
        self._stopped = False
        serializer = TwilioStream(stream_sid, self._marked, self._stop)
        super().__init__(websocket, 0, serializer, audio)

    def send(self, message: dict[str, Any]) -> None:
        """See `Line`: a telephone takes no messages."""

    async def last_words_heard(self) -> None:
        """See `Line`: Twilio tells when a mark set after the words is reached."""
        self._heard.clear()
        mark = {"event": "mark", "streamSid": self._stream_sid, "mark": {"name": _LAST_WORDS}}
        self._socket.put_text(json.dumps(mark))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), _LAST_WORDS_S)

    def _marked(self, name: str) -> None:
        if name == _LAST_WORDS:
            self._heard.set()

    def _stop(self) -> None:
        self._stopped = True
        self._gone()

    def _why_gone(self) -> str | None:
        return None if self._stopped else ended.CARRIER_LEFT


def _is_audio(payload: str) -> bool:
    if len(payload) > _MAX_PAYLOAD:
        return False
    with contextlib.suppress(binascii.Error, ValueError):
        base64.b64decode(payload, validate=True)
        return True
    return False
