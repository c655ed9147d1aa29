"""A caller's browser at the other end: WebRTC with host candidates only."""

import contextlib

from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport

from allokoli.core.errors import InvalidInput

_FRAME_10MS_CHUNKS = 2  # 20 ms a write: a barge-in loses no more than that


class InvalidOffer(InvalidInput):
    """The session description is not a WebRTC offer with audio."""

    code = "invalid_offer"


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
        await discard(connection)
        raise InvalidOffer("The offer is not a valid session description.") from None
    if not any(one.kind == "audio" for one in connection.pc.getTransceivers()):
        await discard(connection)
        raise InvalidOffer("The offer carries no audio.")
    return connection


async def discard(connection: SmallWebRTCConnection) -> None:
    """Close a connection that never became a call."""
    with contextlib.suppress(Exception):
        await connection.disconnect()  # type: ignore[no-untyped-call]


def transport_over(connection: SmallWebRTCConnection) -> SmallWebRTCTransport:
    """The transport of one call."""
    return SmallWebRTCTransport(
        connection,
        TransportParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_out_10ms_chunks=_FRAME_10MS_CHUNKS,
        ),
    )
