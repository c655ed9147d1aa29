from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base
from allokoli.platform.columns import CreatedAt, Id, Moment


class User(Base):
    """A person. The address is kept in lower case and is unique."""

    __tablename__ = "users"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(320))
    full_name: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[CreatedAt]


class UserPassword(Base):
    """Kept apart from the person: colleagues may read each other's names, not this."""

    __tablename__ = "user_passwords"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[CreatedAt]


class LoginSession(Base):
    """One sign-in, until it expires or is revoked.

    Attributes:
        generation: which refresh token is good; each use makes the next one.
    """

    __tablename__ = "login_sessions"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    user_id: Mapped[UUID]
    generation: Mapped[int]
    rotated_at: Mapped[Moment]
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
