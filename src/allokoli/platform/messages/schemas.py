from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints


class MessageRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    call_id: UUID
    role: str
    content: str
    at: datetime | None
    seconds_from_start: float | None


class MessageCreate(BaseModel):
    """What the caller says; nothing at all is a silence."""

    model_config = ConfigDict(extra="forbid")

    content: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Reply(BaseModel):
    content: str
    ended: bool


class MessageCreated(BaseModel):
    id: UUID
    role: str
    content: str
    reply: Reply
