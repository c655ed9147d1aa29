"""From what a client gives to what is stored and sent."""

from typing import Any

from pydantic import ValidationError

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.compiler import compile_assistant
from allokoli.core.errors import InvalidInput
from allokoli.core.settings import get_settings
from allokoli.platform.assistants.models import Assistant
from allokoli.platform.assistants.schemas import AssistantUpdate

_INVALID = "Certaines informations ne sont pas valables."


def compiled(blueprint: Blueprint) -> dict[str, Any]:
    """A blueprint as Vapi's assistant fields, without the address of the receiver: the mirror
    adds it with its secret on the way out."""
    fields = compile_assistant(
        blueprint,
        guided_url=f"{get_settings().engine_public_url}/guided/v1",
        server_url="",
        server_secret=None,
    )
    return {name: value for name, value in fields.items() if name != "server"}


def changed(row: Assistant, update: AssistantUpdate) -> dict[str, Any]:
    """Apply an update to a row; returns the platform's fields it changes.

    Raises:
        InvalidInput: the blueprint would not hold together.
    """
    if update.blueprint is None:
        row.name = update.name or row.name
        return {**update.fields, **({"name": update.name} if update.name else {})}
    blueprint = revised(row.blueprint, update.blueprint)
    row.blueprint, row.name = blueprint.model_dump(mode="json"), blueprint.name
    fields = compiled(blueprint)
    gone = {name: None for name in row.config if name not in fields}
    return {**gone, **fields}


def revised(stored: dict[str, Any] | None, changes: dict[str, Any]) -> Blueprint:
    """A stored blueprint with some of its fields replaced.

    Raises:
        InvalidInput: `details` name the fields that are wrong.
    """
    try:
        return Blueprint.model_validate({**(stored or {}), **changes})
    except ValidationError as error:
        details = [
            {
                "field": ".".join(["blueprint", *(str(part) for part in problem["loc"])]),
                "message": problem["msg"],
                "type": problem["type"],
            }
            for problem in error.errors(include_input=False, include_url=False)[:50]
        ]
        raise InvalidInput(_INVALID, details=details) from None
