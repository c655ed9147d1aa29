from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core import clock
from allokoli.core.database import Base

Status = Literal["collecting", "confirming", "creating", "created", "abandoned"]


class ConfiguratorSession(Base):
    """A conversation with AlloKoliConfig.

    Attributes:
        org_id, user_id: whose it is; None until a visitor's session is claimed.
        state: of the conversation. While the assistant is being created it is kept as it was
            before the owner's "yes", so that a creation that fails can be confirmed again.
        awaiting_account: the visitor said yes and must sign up for the creation to begin.
        steps: of the creation, as `{name, status, at}`.
        voice: the latest call in which the owner spoke (see `voice_turns`), None before any.
        assistant_id: the assistant, chosen when the creation begins, there once it is `created`.
    """

    __tablename__ = "configurator_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    locale: Mapped[str]
    template: Mapped[str | None]
    status: Mapped[Status] = mapped_column(String)
    state: Mapped[dict[str, Any]] = mapped_column(JSONB)
    messages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reply: Mapped[str]
    asking: Mapped[str | None]
    suggestions: Mapped[list[str]] = mapped_column(JSONB)
    progress: Mapped[float]
    blueprint: Mapped[dict[str, Any]] = mapped_column(JSONB)
    turns: Mapped[int] = mapped_column(default=0)
    awaiting_account: Mapped[bool] = mapped_column(default=False)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    assistant_id: Mapped[UUID | None]
    voice: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=clock.now, onupdate=clock.now
    )
