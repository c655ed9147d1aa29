"""Rows of calls and of what was said in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base

QUEUED = "queued"
IN_PROGRESS = "in-progress"
ENDED = "ended"


class Call(Base):
    """A call.

    `request` is what the client asked for, `assistant` what really answers (stored or transient,
    overrides applied). `instance_id` names the engine process that carries the call's audio; a text
    call has none and outlives any process. `concluded_at` is set once analysis and recording are
    stored and the report is queued.
    """

    __tablename__ = "calls"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    type: Mapped[str]
    status: Mapped[str]
    transport: Mapped[str]
    assistant_id: Mapped[UUID | None]
    phone_number_id: Mapped[UUID | None]
    name: Mapped[str | None] = mapped_column(String(40))
    request: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    assistant: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    warnings: Mapped[list[str]] = mapped_column(JSONB, default=list)
    analysis: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    metrics: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    ended_reason: Mapped[str | None]
    recording_key: Mapped[str | None]
    instance_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    concluded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    report_status: Mapped[str] = mapped_column(default="none")


class CallMessage(Base):
    """Something said in a call. An empty `text` from the user is a silence."""

    __tablename__ = "call_messages"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    call_id: Mapped[UUID] = mapped_column(ForeignKey("engine.calls.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    role: Mapped[str]
    text: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    interrupted: Mapped[bool] = mapped_column(default=False)
