"""What a voice platform POSTs during and after a call, read with tolerance.

Vapi adds fields and types without notice, so what is unknown is kept in the raw message and what
has the wrong shape is read as absent.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allokoli.core.errors import InvalidInput

END_OF_CALL = "end-of-call-report"
_LONGEST_TYPE = 80
_MILLISECONDS_FROM = 1e11
# Far from where dates begin and end, which a time zone may lead beyond.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


@dataclass(frozen=True, slots=True)
class ServerMessage:
    """One message.

    Attributes:
        type: e.g. "status-update", "end-of-call-report".
        call_id: the call at the platform; None for messages that belong to no call.
        key: the same for every delivery of the same message.
        body: the whole message.
    """

    type: str
    call_id: str | None
    key: str
    body: dict[str, Any]

    @property
    def call(self) -> dict[str, Any]:
        """The call it is about, as the platform describes it."""
        return mapping(self.body.get("call"))


def read(payload: Any) -> ServerMessage:
    """Read `{"message": {...}}`.

    Raises:
        InvalidInput: not a server message.
    """
    body = mapping(mapping(payload).get("message"))
    kind = text(body.get("type"))
    if not kind or len(kind) > _LONGEST_TYPE:
        raise InvalidInput("Ce message ne vient pas d’une plateforme vocale.")
    call_id = text(mapping(body.get("call")).get("id"))
    return ServerMessage(kind, call_id, _key(kind, call_id, body), body)


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    """The value if it is text that PostgreSQL can keep, else None."""
    return value.replace("\x00", "") if isinstance(value, str) else None


def moment(value: Any) -> datetime | None:
    """A moment written as ISO 8601, or as seconds or milliseconds since 1970; None for one that no
    call can have taken place at."""
    found = None
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) > _MILLISECONDS_FROM else value
            found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _key(kind: str, call_id: str | None, body: dict[str, Any]) -> str:
    """A call ends once; every other message is the same when its whole body is the same."""
    if kind == END_OF_CALL and call_id:
        return f"{kind}:{call_id}"[:200]
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return f"{kind}:{hashlib.sha256(canonical.encode()).hexdigest()}"
