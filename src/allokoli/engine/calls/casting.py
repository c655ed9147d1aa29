"""Who answers: what a request names becomes a cast, everything it refers to read in."""

from asyncio import to_thread
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import call_problems
from allokoli.engine.api.patching import patched
from allokoli.engine.calls import stored
from allokoli.engine.calls.overriding import names_a_model_address, overridden
from allokoli.engine.calls.stored_tools import with_tools
from allokoli.engine.calls.workflow_shape import workflow_problems
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.credentials import lend

STARTS = ("assistantId", "assistant", "squadId", "squad", "workflowId", "workflow")
_OVERRIDES = ("assistantOverrides", "squadOverrides", "workflowOverrides")
_SHAPED = (*STARTS, *_OVERRIDES, "assistantVersion", "squadVersion")
_MOST_MEMBERS = 100
# What belongs to a workflow's course rather than to who speaks in it.
_COURSE = frozenset({"nodes", "edges", "globalPrompt"})


async def cast_of(opened: AsyncSession, body: dict[str, Any], *, stranger: bool = False) -> Cast:
    """The cast a request asks for: of a call, a chat, a session or an evaluation.

    Args:
        opened: a session of the organization.
        body: one of `assistantId`, `assistant`, `squadId`, `squad`, `workflowId`, `workflow`, with
            their overrides; other properties are none of its business.
        stranger: whether who asks has no private key: no stored key follows to their own server.

    Raises:
        Invalid: none or several are named, or what is named does not exist or cannot be used.
    """
    asked = {name: body[name] for name in _SHAPED if body.get(name) is not None}
    problems = await to_thread(call_problems, asked)
    named = [name for name in STARTS if name in asked]
    if not problems and len(named) != 1:
        problems = [f"exactly one of {', '.join(STARTS)} must be given"]
    if problems:
        raise Invalid(problems)
    if named[0] in {"assistantId", "assistant"}:
        cast = await _alone(opened, asked)
    elif named[0] in {"squadId", "squad"}:
        cast = await _squad(opened, asked)
    else:
        cast = await _workflow(opened, asked)
    lent_to_servers = not (stranger and names_a_model_address(asked))
    return await lend(opened, await with_tools(opened, cast), to_servers=lent_to_servers)


def variable_values(body: dict[str, Any]) -> dict[str, Any]:
    """The template variables a request gives to everyone in its call.

    Args:
        body: of a call, a chat or a session; its customer's own win.
    """
    values: dict[str, Any] = {}
    for holder in (body, body.get("customer")):
        if isinstance(holder, dict):
            for name in _OVERRIDES:
                values |= (holder.get(name) or {}).get("variableValues") or {}
    return values


async def _alone(opened: AsyncSession, asked: dict[str, Any]) -> Cast:
    if "assistantId" in asked:
        row = await stored.one(opened, "assistant", asked["assistantId"], "assistantId")
        assistant = await stored.body_of(opened, row, asked.get("assistantVersion"))
        assistant_id: str | None = str(row.id)
    else:
        assistant, assistant_id = patched({}, asked["assistant"]), None
    assistant = overridden(assistant, asked.get("assistantOverrides"))
    model = assistant.get("model") or {}
    if model.get("provider") == "vapi" and (model.get("workflow") or model.get("workflowId")):
        workflow, workflow_id = await _course(opened, model)
        return Cast((Member(assistant, assistant_id),), workflow, workflow_id=workflow_id)
    return Cast((Member(assistant, assistant_id),))


async def _squad(opened: AsyncSession, asked: dict[str, Any]) -> Cast:
    if "squadId" in asked:
        row = await stored.one(opened, "squad", asked["squadId"], "squadId")
        squad = await stored.body_of(opened, row, asked.get("squadVersion"))
        squad_id: str | None = str(row.id)
    else:
        squad, squad_id = asked["squad"], None
    members = squad.get("members")
    if not isinstance(members, list) or not members:
        raise Invalid(["squad.members should not be empty"])
    if len(members) > _MOST_MEMBERS:
        raise Invalid([f"squad.members must contain no more than {_MOST_MEMBERS} elements"])
    everyone = [squad.get("membersOverrides"), asked.get("squadOverrides")]
    cast = [
        await _member(opened, f"squad.members.{index}", one, everyone)
        for index, one in enumerate(members)
    ]
    return Cast(tuple(cast), squad_id=squad_id, warnings=_destination_warnings(cast))


async def _member(
    opened: AsyncSession,
    where: str,
    asked: dict[str, Any],
    everyone: list[dict[str, Any] | None],
) -> Member:
    if asked.get("assistantId") is not None:
        row = await stored.one(opened, "assistant", asked["assistantId"], f"{where}.assistantId")
        assistant = await stored.body_of(opened, row, asked.get("assistantVersion"))
        assistant_id: str | None = str(row.id)
    elif isinstance(asked.get("assistant"), dict):
        assistant, assistant_id = patched({}, asked["assistant"]), None
    else:
        raise Invalid([f"{where}: assistantId or assistant must be given"])
    values: dict[str, Any] = {}
    for overrides in (asked.get("assistantOverrides"), *everyone):
        assistant = overridden(assistant, overrides)
        values |= (overrides or {}).get("variableValues") or {}
    return Member(assistant, assistant_id, tuple(asked.get("assistantDestinations") or ()), values)


def _destination_warnings(members: list[Member]) -> tuple[str, ...]:
    """Names that lead nowhere, and names that lead to two."""
    names = [member.name for member in members]
    leading = {
        str(destination["assistantName"])
        for member in members
        for destination in member.destinations
        if destination.get("assistantName")
    }
    missing = [
        f"No member of the squad is named '{name[:80]}': nobody can be handed over to it."
        for name in sorted(leading - set(names))
    ]
    doubled = [
        f"Several members of the squad are named '{name[:80]}': the first one is meant."
        for name in sorted(leading & {name for name in names if names.count(name) > 1})
    ]
    return (*missing, *doubled)


async def _workflow(opened: AsyncSession, asked: dict[str, Any]) -> Cast:
    workflow, workflow_id = await _course(opened, asked)
    lent = {name: one for name, one in workflow.items() if name not in _COURSE}
    return Cast((Member(lent),), workflow, workflow_id=workflow_id)


async def _course(opened: AsyncSession, asked: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """A workflow, given or stored, with its id."""
    if asked.get("workflowId") is not None:
        row = await stored.one(opened, "workflow", asked["workflowId"], "workflowId")
        workflow, workflow_id = await stored.body_of(opened, row), str(row.id)
    else:
        workflow, workflow_id = asked["workflow"], None
    if problems := workflow_problems(workflow):
        raise Invalid(problems)
    return workflow, workflow_id
