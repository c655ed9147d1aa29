from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from allokoli.blueprint.blueprint import Blueprint
from allokoli.platform.mirror.models import Sync

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
# Fields that are ours to fill: they bring server messages here and keep keys sealed.
_OURS = ("server", "credentials", "credentialIds")


class _BlueprintOrFields(BaseModel):
    """Either a blueprint or Vapi's assistant fields, never both."""

    model_config = ConfigDict(extra="allow")

    @property
    def fields(self) -> dict[str, Any]:
        """Vapi's fields, as they were given."""
        return self.model_extra or {}

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if getattr(self, "blueprint", None) is not None and (self.fields or self.given_name):
            raise ValueError("give either a blueprint or Vapi's assistant fields, not both")
        refused = [name for name in _OURS if name in self.fields]
        if refused:
            raise ValueError(f"{', '.join(refused)}: set by AlloKoli; use webhooks and settings")
        return self

    @property
    def given_name(self) -> str | None:
        return getattr(self, "name", None)


class AssistantCreate(_BlueprintOrFields):
    blueprint: Blueprint | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.blueprint is None and self.name is None:
            raise ValueError("give a blueprint, or Vapi's assistant fields with a name")
        return self


class AssistantUpdate(_BlueprintOrFields):
    """With a blueprint, the fields given replace the stored ones."""

    blueprint: Annotated[dict[str, Any], Field(min_length=1)] | None = None
    name: Name | None = None


class AssistantRead(BaseModel):
    """An assistant. `status` is `synced` once it lives at the voice platform."""

    id: UUID
    name: str
    blueprint: dict[str, Any] | None
    config: dict[str, Any]
    platform_id: str | None
    status: Sync
    phone_number: str | None
    created_at: datetime
    updated_at: datetime
