from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from allokoli.configurator.models import ConfiguratorSession, Status


class SessionCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    locale: Literal["fr", "en", "he"] | None = None
    template: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,60}$")] | None = None


class Utterance(BaseModel):
    """What the owner says; nothing at all is a silence."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class BlueprintEdit(BaseModel):
    """Parts of the blueprint written by hand, in its shape; null takes a part away."""

    model_config = ConfigDict(extra="forbid")

    blueprint: Annotated[dict[str, Any], Field(min_length=1, max_length=13)]


class Line(BaseModel):
    role: Literal["user", "assistant"]
    text: str
    at: datetime


class Step(BaseModel):
    """A step of the creation."""

    name: Literal["assistant", "settings", "phone_number", "save", "email"]
    status: Literal["waiting", "running", "done", "failed"]
    at: datetime


class SessionRead(BaseModel):
    """A conversation with AlloKoliConfig.

    Attributes:
        asking: the blueprint field being asked.
        progress: 0 to 1.
        assistant_id: the assistant, once it is created.
        awaiting_account: whether signing up is what is missing.
        messages: everything said so far, in order.
        steps: of the creation, empty before it begins.
    """

    id: UUID
    status: Status
    reply: str
    asking: str | None
    suggestions: list[str]
    progress: float
    blueprint: dict[str, Any]
    assistant_id: UUID | None
    locale: str
    awaiting_account: bool
    messages: list[Line]
    steps: list[Step]
    created_at: datetime
    updated_at: datetime


def shown(row: ConfiguratorSession) -> SessionRead:
    """A session as clients see it."""
    copied = {name: getattr(row, name) for name in SessionRead.model_fields}
    if row.status != "created":
        copied["assistant_id"] = None
    return SessionRead.model_validate(copied)
