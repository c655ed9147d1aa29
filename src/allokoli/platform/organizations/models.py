from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from allokoli.core.database import Base
from allokoli.core.identity import Role
from allokoli.platform.columns import CreatedAt, Id, UpdatedAt
from allokoli.vapi.regions import Kind


class Organization(Base):
    """The tenant."""

    __tablename__ = "organizations"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))
    locale: Mapped[str]
    timezone: Mapped[str]
    created_at: Mapped[CreatedAt]


class Membership(Base):
    """A person's role in an organization."""

    __tablename__ = "memberships"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(String)
    created_at: Mapped[CreatedAt]


class VoicePlatformRow(Base):
    """Where an organization's assistants live, and the sealed secrets that open it."""

    __tablename__ = "voice_platforms"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(String)
    key_sealed: Mapped[bytes]
    key_preview: Mapped[str]
    server_secret_sealed: Mapped[bytes]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
