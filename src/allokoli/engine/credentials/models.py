"""Rows of credentials."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base


class Credential(Base):
    """A credential as the client sent it; its secrets apart, sealed."""

    __tablename__ = "credentials"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    provider: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    secrets_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
