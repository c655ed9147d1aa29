from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    StringConstraints,
)

from allokoli.core.identity import Role
from allokoli.core.plain_line import as_line

Address = Annotated[EmailStr, AfterValidator(str.lower)]
Password = Annotated[str, StringConstraints(min_length=8, max_length=200)]
FullName = Annotated[
    str, BeforeValidator(as_line), StringConstraints(strip_whitespace=True, max_length=200)
]


class Register(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: Address
    password: Password
    full_name: FullName | None = None


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: Address
    password: Annotated[str, StringConstraints(max_length=200)]


class Refresh(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refresh_token: Annotated[str, StringConstraints(max_length=2000)]


class UserRead(BaseModel):
    """A person and the organization they act for."""

    id: UUID
    email: str
    full_name: str | None
    organization_id: UUID
    organization_name: str
    role: Role


class SignedIn(BaseModel):
    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - names a scheme
    expires_in: int
    user: UserRead
