from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base
from allokoli.platform.columns import Id, Moment


class ServerMessageRow(Base):
    """A server message as it came, once, and when it was applied."""

    __tablename__ = "server_messages"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    key: Mapped[str]
    type: Mapped[str]
    call_platform_id: Mapped[str | None]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[Moment]
    applied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None]
