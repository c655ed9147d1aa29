from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class MailRead(BaseModel):
    """A mail and what became of it; `error` says why the last attempt failed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    to: str
    subject: str
    text: str
    status: Literal["queued", "sent", "failed", "outbox"]
    attempts: int
    error: str | None
    created_at: datetime
    sent_at: datetime | None
