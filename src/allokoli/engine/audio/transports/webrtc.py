"""A caller's browser at the other end: WebRTC with host candidates only."""

import contextlib
from typing import Any

from pipecat.transports.base_transport import BaseTransport, TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport

from allokoli.core.errors import InvalidInput
from allokoli.engine.audio.transports.line import LineAudio, LineEvents, crossed


class InvalidOffer(InvalidInput):
    """The session description is not a WebRTC offer with audio."""

    code = "invalid_offer"


class WebRtcLine:
    """A `Line` over a WebRTC connection, messages on its data channel.

    Args:
        connection: accepted.
        audio: what is done to its audio.
    """

    def __init__(self, connection: SmallWebRTCConnection, audio: LineAudio) -> None:
        self._connection = connection
        self._transport = SmallWebRTCTransport(connection, TransportParams(**audio.params()))

    @property
    def transport(self) -> BaseTransport:
        """See `Line`."""
        return self._transport

    @property
    def answer(self) -> dict[str, str]:
        """The session description for the browser: `sdp`, `type` and `pc_id`."""
        answer: dict[str, str] = self._connection.get_answer()  # type: ignore[no-untyped-call]
        return answer

    def attach(self, events: LineEvents) -> None:
        """See `Line`."""

        async def connected(_transport: object, _client: object) -> None:
            await events.connected()

        async def gone(_transport: object, _client: object) -> None:
            events.gone(None)

        async def message(_transport: object, told: Any, _sender: object) -> None:
            await events.message(told)

        self._transport.add_event_handler("on_client_connected", connected)
        self._transport.add_event_handler("on_client_disconnected", gone)
        self._transport.add_event_handler("on_app_message", message)

    def send(self, message: dict[str, Any]) -> None:
        """See `Line`."""
        self._connection.send_app_message(message)

    async def last_words_heard(self) -> None:
        """See `Line`."""
        await crossed()

    async def close(self) -> None:
        """See `Line`."""
        await _discard(self._connection)


async def accept(sdp: str, sdp_type: str) -> SmallWebRTCConnection:
    """Answer an offer. No STUN or TURN server is asked anything.

    Args:
        sdp: the browser's session description.
        sdp_type: must be "offer".

    Raises:
        InvalidOffer: it cannot be understood, or carries no audio.
    """
    if sdp_type != "offer":
        raise InvalidOffer("The session description must be an offer.")
    connection = SmallWebRTCConnection(ice_servers=[])
    try:
        await connection.initialize(sdp=sdp, type=sdp_type)
    except Exception:  # noqa: BLE001 - a parser fed with anything fails in any way
        await _discard(connection)
        raise InvalidOffer("The offer is not a valid session description.") from None
    if not any(one.kind == "audio" for one in connection.pc.getTransceivers()):
        await _discard(connection)
        raise InvalidOffer("The offer carries no audio.")
    return connection


async def _discard(connection: SmallWebRTCConnection) -> None:
    with contextlib.suppress(Exception):
        await connection.disconnect()  # type: ignore[no-untyped-call]
