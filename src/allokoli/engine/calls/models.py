"""Rows of calls and of what was said in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base

SCHEDULED = "scheduled"
QUEUED = "queued"
IN_PROGRESS = "in-progress"
ENDED = "ended"

# What carries a call, beside the carriers of phone calls.
TEXT = "text"
WEB = "webrtc"
WEBSOCKET = "vapi.websocket"


class Call(Base):
    """A call.

    `request` is what the client asked for, `cast_json` who may answer (`conversation.cast.Cast`),
    `assistant` who opens (overrides applied); their secrets are apart, in `secrets_sealed`. `state`
    is the conversation's, `artifacts` what the call left beside words and sound. `instance_id`
    names the engine process that carries the call's audio; a text call has none and outlives any
    process. `concluded_at` is set once analysis and recording are stored and the report is queued.
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
    squad_id: Mapped[UUID | None]
    workflow_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    name: Mapped[str | None] = mapped_column(String(40))
    request: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    assistant: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    cast_json: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    artifacts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    secrets_sealed: Mapped[bytes | None]
    warnings: Mapped[list[str]] = mapped_column(JSONB, default=list)
    analysis: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    metrics: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    ended_reason: Mapped[str | None]
    recording_key: Mapped[str | None]
    instance_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    scheduled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    concluded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    report_status: Mapped[str] = mapped_column(default="none")


class CallMessage(Base):
    """Something said or done in a call. An empty `text` from the user is a silence.

    `role` is `user`, `assistant`, `system`, `tool_calls` or `tool_call_result`; the last two keep
    in `extra` what was asked (`toolCalls`, OpenAI's shape) and answered (`toolCallId`, `name`,
    `failed`).
    """

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
    extra: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
