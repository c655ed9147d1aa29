from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from allokoli.core.database import Base
from allokoli.platform.columns import CreatedAt, UpdatedAt


class LanguageModel(Base):
    """Where an organization's language model is, and the sealed key that opens it."""

    __tablename__ = "language_models"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    name: Mapped[str] = mapped_column(String(200))
    key_sealed: Mapped[bytes | None]
    key_preview: Mapped[str | None]
    wait_s: Mapped[int]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
