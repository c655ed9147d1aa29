"""What a credential of each provider holds, by the official SDK's types."""

from functools import lru_cache
from typing import Any

from allokoli.engine.api.validation.shapes import check

_MAX_NAME_CHARS = 40
_MAX_SCOPE_CHARS = 1_000
_MAX_SECRET_CHARS = 20_000


def problems_of(body: dict[str, Any]) -> list[str]:
    """What is wrong with a credential; empty when nothing is."""
    return check(_shape(), body, "") or _limits(body)


@lru_cache(maxsize=1)
def _shape() -> Any:
    from vapi.types.create_assistant_dto_credentials_item import CreateAssistantDtoCredentialsItem

    return CreateAssistantDtoCredentialsItem


def _limits(body: dict[str, Any]) -> list[str]:
    problems = []
    name = body.get("name")
    if isinstance(name, str) and not 1 <= len(name) <= _MAX_NAME_CHARS:
        problems.append(f"name must be between 1 and {_MAX_NAME_CHARS} characters")
    plan = body.get("authenticationPlan")
    scope = plan.get("scope") if isinstance(plan, dict) else None
    if isinstance(scope, str) and len(scope) > _MAX_SCOPE_CHARS:
        problems.append(
            f"authenticationPlan.scope must be shorter than or equal to {_MAX_SCOPE_CHARS}"
            " characters"
        )
    for title in ("apiKey", "authToken", "webhookUrl"):
        secret = body.get(title)
        if isinstance(secret, str) and not 1 <= len(secret) <= _MAX_SECRET_CHARS:
            problems.append(f"{title} must be between 1 and {_MAX_SECRET_CHARS} characters")
    return problems
