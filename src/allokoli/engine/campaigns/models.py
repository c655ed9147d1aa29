"""Rows of the people a campaign calls."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base

PENDING, DISPATCHED, COMPLETED = "pending", "dispatched", "completed"
FAILED, SKIPPED, PREDIAL_FAILED = "failed", "skipped", "predial-failed"
# In the order of a contact's life.
STATUSES = (PENDING, DISPATCHED, COMPLETED, FAILED, SKIPPED, PREDIAL_FAILED)


class CampaignContact(Base):
    """Somebody to call. `problem` says in a sentence why no call could be placed."""

    __tablename__ = "campaign_contacts"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("engine.resources.id"))
    position: Mapped[int]
    phone_number_id: Mapped[UUID]
    customer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    secrets_sealed: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(default=PENDING)
    call_id: Mapped[UUID | None]
    ended_reason: Mapped[str | None]
    problem: Mapped[str | None]
    dispatched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
