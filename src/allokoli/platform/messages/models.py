from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base
from allokoli.platform.columns import CreatedAt, Id


class Message(Base):
    """A turn of a call.

    Attributes:
        position: its place in the call, from 0.
        role: user, assistant, or as the platform names it.
        at: when it began.
    """

    __tablename__ = "messages"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    call_id: Mapped[UUID]
    position: Mapped[int]
    role: Mapped[str]
    content: Mapped[str]
    at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    seconds_from_start: Mapped[float | None]
    created_at: Mapped[CreatedAt]
