from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core import clock

Sync = Literal["pending", "synced", "updating", "deleting", "discarding"]


class Mirrored:
    """Columns of an entity that also lives at the voice platform.

    Attributes:
        platform_id: its id there; None until it is known.
        config: the platform's fields, without secrets or marks of ours.
        sync: `pending` not known to exist there yet, `synced`, `updating` and `deleting` a change
            is on its way, `discarding` a creation that failed and must leave nothing behind.
        sync_at: since when.
        updated_at: when its fields last changed, which a change on its way does not.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    platform_id: Mapped[str | None]
    config: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sync: Mapped[Sync] = mapped_column(String)
    sync_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
