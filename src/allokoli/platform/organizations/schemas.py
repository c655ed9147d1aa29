from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from allokoli.core.plain_line import as_line
from allokoli.core.timezones import TimezoneName
from allokoli.vapi.regions import Kind

Name = Annotated[
    str,
    BeforeValidator(as_line),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
]


class OrganizationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    locale: str
    timezone: str
    created_at: datetime


class OrganizationUpdate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    locale: Literal["fr", "en", "he"] | None = None
    timezone: TimezoneName | None = None


class VoicePlatformRead(BaseModel):
    """The voice platform in use; of its key only the last four characters are shown."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    key_preview: str


class ApiKeyCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    kind: Literal["private", "public"]


class ApiKeyRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: Literal["private", "public"]
    preview: str
    created_at: datetime


class ApiKeyCreated(ApiKeyRead):
    """`key` is shown this once."""

    key: str
