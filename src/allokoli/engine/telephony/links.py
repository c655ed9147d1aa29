"""Where Twilio finds us. Each request is signed by Twilio over the very address used."""

from uuid import UUID

from allokoli.core.settings import get_settings
from allokoli.engine.api import permits

PREFIX = "/telephony/twilio"
_STREAM = "twilio_stream"
# Between the answer to Twilio and its stream there may be a minute of ringing.
_STREAM_TTL_S = 900


def number(org_id: UUID, number_id: UUID | str, action: str) -> str:
    """An address of a phone number: `voice` answers its calls, `status` hears of their end."""
    return f"{get_settings().engine_public_url}{PREFIX}/{number_id}/{action}?org={org_id}"


def call(org_id: UUID, call_id: UUID, action: str) -> str:
    """An address of a call: `status`, `machine`, `dialed`, `whisper`."""
    return f"{get_settings().engine_public_url}{PREFIX}/call/{call_id}/{action}?org={org_id}"


def stream() -> str:
    """The WebSocket that Twilio's media streams connect to."""
    return "ws" + get_settings().engine_public_url.removeprefix("http") + f"{PREFIX}/stream"


def stream_token(org_id: UUID, call_id: UUID) -> str:
    """Proves that a stream belongs to a call; good for a quarter of an hour."""
    return permits.issue(_STREAM, _STREAM_TTL_S, org_id, call_id=call_id)


def read_stream_token(token: str) -> tuple[UUID, UUID]:
    """The organization and the call of a stream.

    Raises:
        BadKey: forged or expired.
    """
    claims = permits.read(token, _STREAM)
    return UUID(claims["org_id"]), UUID(claims["call_id"])
