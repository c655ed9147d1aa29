from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core import clock
from allokoli.core.database import Base

Status = Literal["waiting", "running", "done"]


class Rehearsal(Base):
    """The latest rehearsal of an assistant.

    Attributes:
        run_id: of this rehearsal; a job for an earlier one finds another and does nothing.
        session_id: the owner's conversation that made the assistant, if it began there.
        callers: as `{kind, status, missing, transcript}`.
        created_at: when it was asked for; the simulated callers count their days from it.
    """

    __tablename__ = "rehearsals"

    assistant_id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    run_id: Mapped[UUID]
    session_id: Mapped[UUID | None]
    status: Mapped[Status] = mapped_column(String)
    callers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=clock.now, onupdate=clock.now
    )
