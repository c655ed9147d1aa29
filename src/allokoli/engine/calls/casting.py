"""Who answers: what a request names becomes a cast, everything it refers to read in."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.security.sealed_json import whole
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import ASSISTANT, Kind, call_problems
from allokoli.engine.api.models import Resource
from allokoli.engine.api.patching import patched
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.conversation.cast import Cast, Member

_STARTS = ("assistantId", "assistant", "squadId", "squad", "workflowId", "workflow")
_NOT_IN_ASSISTANT = ("variableValues", "tools:append")


async def cast_of(opened: AsyncSession, body: dict[str, Any]) -> Cast:
    """The cast a request asks for.

    Args:
        opened: a session of the organization.
        body: one of `assistantId`, `assistant`, `squadId`, `squad`, `workflowId`, `workflow`, with
            their overrides; other properties are none of its business.

    Raises:
        Invalid: none or several are named, or what is named does not exist or cannot be used.
    """
    problems = call_problems(body)
    named = [name for name in _STARTS if body.get(name)]
    if not problems and len(named) != 1:
        problems = [f"exactly one of {', '.join(_STARTS)} must be given"]
    if not problems and named[0] not in {"assistantId", "assistant"}:
        problems = [f"{named[0]}: this engine starts calls with assistantId or assistant"]
    if problems:
        raise Invalid(problems)
    if named[0] == "assistantId":
        row = await referred(opened, body, "assistantId", ASSISTANT)
        assistant, assistant_id = whole(row.body, row.secrets_sealed), str(row.id)
    else:
        assistant, assistant_id = patched({}, body["assistant"]), None
    overrides = dict(body.get("assistantOverrides") or {})
    for name in _NOT_IN_ASSISTANT:
        overrides.pop(name, None)
    return Cast((Member(patched(assistant, overrides), assistant_id),))


async def referred(opened: AsyncSession, body: dict[str, Any], name: str, kind: Kind) -> Resource:
    """The entity a property names.

    Raises:
        Invalid: there is none.
    """
    found_id = as_uuid(body[name])
    if found_id is None:
        raise Invalid([f"{name} must be a UUID"])
    row = await opened.get(Resource, found_id)
    if row is None or row.kind != kind.name:
        raise Invalid(f"Couldn't find {kind.title.lower()} for call: {name} {found_id} not found.")
    return row
