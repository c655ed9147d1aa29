"""Rows of passages, and of the files a knowledge base holds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base


class Passage(Base):
    """A few sentences of a file, as they are found and read out."""

    __tablename__ = "passages"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    file_id: Mapped[UUID] = mapped_column(ForeignKey("engine.resources.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    dictionary: Mapped[str]
    text: Mapped[str]
    words: Mapped[str] = mapped_column(TSVECTOR)


class KnowledgeFile(Base):
    """A file of a knowledge base. Whether it can be searched is its file's own state."""

    __tablename__ = "knowledge_files"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    knowledge_base_id: Mapped[UUID] = mapped_column(ForeignKey("engine.resources.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("engine.resources.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
