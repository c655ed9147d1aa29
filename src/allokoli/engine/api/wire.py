"""How values are written on the wire."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from allokoli.engine.api.models import Resource


def iso(moment: datetime | None) -> str | None:
    """ISO 8601, UTC, milliseconds, `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


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
