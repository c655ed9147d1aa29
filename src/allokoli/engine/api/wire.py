"""How values are written on the wire."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from allokoli.engine.api.models import Resource


def iso(at: datetime | None) -> str | None:
    """ISO 8601, UTC, milliseconds, `Z`."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(value: Any) -> datetime | None:
    """The moment an ISO 8601 text names, in UTC, which it means when it names no time zone.

    Args:
        value: as a client wrote it; anything.

    Returns:
        None when it names none, or one outside the calendar.
    """
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def stored(row: Resource, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A stored entity with what every entity carries.

    Args:
        row: the entity.
        body: what the wire may show of it; all that is not secret when None.
    """
    return {
        **(row.body if body is None else body),
        "id": str(row.id),
        "orgId": str(row.org_id),
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }


def as_uuid(text: str) -> UUID | None:
    """The identifier a text is; None when it is none."""
    try:
        return UUID(text) if len(text) <= 40 else None  # noqa: PLR2004 - longest form of a UUID
    except ValueError:
        return None
