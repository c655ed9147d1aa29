from uuid import UUID

from sqlalchemy.orm import Mapped

from allokoli.core.database import Base
from allokoli.platform.columns import CreatedAt, Id, UpdatedAt


class PhoneNumber(Base):
    """A phone number at the voice platform, and the assistant that answers it."""

    __tablename__ = "phone_numbers"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    platform_id: Mapped[str]
    number: Mapped[str | None]
    name: Mapped[str | None]
    provider: Mapped[str | None]
    status: Mapped[str | None]
    assistant_id: Mapped[UUID | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
