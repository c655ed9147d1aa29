from typing import Any

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from allokoli.core.database import Base
from allokoli.platform.mirror.models import Mirrored
from allokoli.platform.mirror.saga import Entity


class Assistant(Mirrored, Base):
    """A blueprint compiled into a Vapi assistant, or Vapi's fields as a developer gave them."""

    __tablename__ = "assistants"

    name: Mapped[str] = mapped_column(String(40))
    blueprint: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


ASSISTANTS = Entity(
    Assistant, "assistant", "Cet assistant n’existe pas ou n’existe plus.", serves_calls=True
)
