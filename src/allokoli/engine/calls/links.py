"""Addresses that carry their own permission: signed, for one call and one use."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allokoli.core import clock
from allokoli.core.settings import get_settings
from allokoli.engine.api import permits
from allokoli.engine.api.wire import iso

OFFER = "web_call_offer"
CONTROL = "call_control"
RECORDING = "call_recording"
LISTEN = "call_listen"
TRANSPORT = "call_transport"
LOG = "call_log"

_OFFER_TTL_S = 300
_CONTROL_TTL_S = 13 * 3600
_RECORDING_TTL_S = 24 * 3600


def offer(call_id: UUID, org_id: UUID) -> str:
    """Where a browser posts its WebRTC offer; good for five minutes."""
    return _signed(call_id, "offer", OFFER, _OFFER_TTL_S, org_id)


def control(call_id: UUID, org_id: UUID, *, signed: bool = True) -> str:
    """Where a running call takes orders; outlives the longest call.

    Args:
        call_id: the call.
        org_id: whose.
        signed: False where a key must be shown instead.
    """
    if not signed:
        return _address(call_id, "control")
    return _signed(call_id, "control", CONTROL, _CONTROL_TTL_S, org_id)


def listen(call_id: UUID, org_id: UUID, *, signed: bool = True) -> str:
    """The WebSocket on which a running call is heard; see `control`."""
    if not signed:
        return _websocket(_address(call_id, "listen"))
    return _websocket(_signed(call_id, "listen", LISTEN, _CONTROL_TTL_S, org_id))


def transport(call_id: UUID, org_id: UUID) -> str:
    """The WebSocket that carries the audio of a call; good for five minutes, to begin it."""
    return _websocket(_signed(call_id, "transport", TRANSPORT, _OFFER_TTL_S, org_id))


def logs(call_id: UUID, org_id: UUID) -> dict[str, str]:
    """Where a call's log is downloaded from, by Vapi's names; good for a day."""
    url = _signed(call_id, "call-logs", LOG, _RECORDING_TTL_S, org_id)
    expires = clock.now() + timedelta(seconds=_RECORDING_TTL_S)
    return {"logUrl": url, "presignedLogUrl": url, "presignedUrlsExpiresAt": str(iso(expires))}


def recordings(call_id: UUID, org_id: UUID) -> dict[str, Any]:
    """Where a call's recording is played from, by Vapi's names; good for a day."""
    urls = {
        name: _signed(call_id, f"{name}-recording", RECORDING, _RECORDING_TTL_S, org_id)
        for name in ("mono", "stereo", "assistant", "customer")
    }
    mono = {
        "combinedUrl": urls["mono"],
        "assistantUrl": urls["assistant"],
        "customerUrl": urls["customer"],
    }
    return {
        "recordingUrl": urls["mono"],
        "stereoRecordingUrl": urls["stereo"],
        "recording": {"stereoUrl": urls["stereo"], "mono": mono},
        "presignedMonoUrl": urls["mono"],
        "presignedStereoUrl": urls["stereo"],
        "presignedAssistantUrl": urls["assistant"],
        "presignedCustomerUrl": urls["customer"],
        "presignedUrlsExpiresAt": iso(clock.now() + timedelta(seconds=_RECORDING_TTL_S)),
    }


def organization(token: str, purpose: str, call_id: UUID) -> UUID:
    """The organization a link was signed for.

    Raises:
        BadKey: forged, expired, or for another call or use.
    """
    return UUID(permits.read(token, purpose, call_id=call_id)["org_id"])


def _signed(call_id: UUID, action: str, purpose: str, ttl_s: int, org_id: UUID) -> str:
    token = permits.issue(purpose, ttl_s, org_id, call_id=call_id)
    return f"{_address(call_id, action)}?token={token}"


def _address(call_id: UUID, action: str) -> str:
    return f"{get_settings().engine_public_url}/call/{call_id}/{action}"


def _websocket(url: str) -> str:
    """The same address for a WebSocket: `https` becomes `wss`."""
    return "ws" + url.removeprefix("http")
