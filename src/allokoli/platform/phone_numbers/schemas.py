from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class PhoneNumberRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str | None
    name: str | None
    provider: str | None
    status: str | None
    assistant_id: UUID | None
    platform_id: str
    created_at: datetime
