from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base
from allokoli.platform.columns import CreatedAt, Id, UpdatedAt

Recording = Literal["none", "pending", "stored", "failed"]
Outcome = Literal["success", "failure"]
ENDED = "ended"
TEXT = "text"


class Call(Base):
    """A call, as the voice platform reported it.

    Attributes:
        platform_id: its id at the platform.
        type: Vapi's literal, e.g. "webCall".
        transport: "text", "webrtc", or as the platform names it.
        status: Vapi's literal, from "queued" to "ended".
        ended_reason: Vapi's literal.
        intent: what the caller wanted, from the structured data.
        outcome: whether it went well, from the success evaluation.
        recording: `failed` is tried again by its job.
        reported_at: when the end-of-call report was applied.
        notified_at: when the owner's mail was queued.
        texted_at: when their text message was given away.
    """

    __tablename__ = "calls"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    platform_id: Mapped[str]
    assistant_id: Mapped[UUID | None]
    assistant_name: Mapped[str | None]
    type: Mapped[str | None]
    transport: Mapped[str | None]
    status: Mapped[str]
    ended_reason: Mapped[str | None]
    customer_number: Mapped[str | None]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    summary: Mapped[str | None]
    structured_data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    success_evaluation: Mapped[str | None]
    intent: Mapped[str | None]
    outcome: Mapped[Outcome | None] = mapped_column(String)
    recording: Mapped[Recording] = mapped_column(String, default="none")
    recording_key: Mapped[str | None]
    reported_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    notified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    texted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    @property
    def duration_s(self) -> float | None:
        """Length of the call, once it has ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())
