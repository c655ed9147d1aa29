"""Addresses that carry their own permission: signed, for one call and one use."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allokoli.core import clock
from allokoli.core.errors import Unauthorized
from allokoli.core.security import tokens
from allokoli.core.settings import get_settings
from allokoli.engine.api.errors import BadKey
from allokoli.engine.api.wire import iso

OFFER = "web_call_offer"
CONTROL = "call_control"
RECORDING = "call_recording"

_OFFER_TTL_S = 300
_CONTROL_TTL_S = 13 * 3600
_RECORDING_TTL_S = 24 * 3600


def offer(call_id: UUID, org_id: UUID) -> str:
    """Where a browser posts its WebRTC offer; good for five minutes."""
    return _signed(call_id, "offer", OFFER, _OFFER_TTL_S, org_id)


def control(call_id: UUID, org_id: UUID) -> str:
    """Where a running call takes orders; outlives the longest call."""
    return _signed(call_id, "control", CONTROL, _CONTROL_TTL_S, org_id)


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
    try:
        claims = tokens.read(token, purpose)
    except Unauthorized:
        raise BadKey("This link is not valid, or has expired.") from None
    if claims.get("call_id") != str(call_id):
        raise BadKey("This link is for another call.")
    return UUID(str(claims["org_id"]))


def _signed(call_id: UUID, action: str, purpose: str, ttl_s: int, org_id: UUID) -> str:
    token = tokens.issue({"call_id": str(call_id), "org_id": str(org_id)}, purpose, ttl_s)
    return f"{get_settings().engine_public_url}/call/{call_id}/{action}?token={token}"
