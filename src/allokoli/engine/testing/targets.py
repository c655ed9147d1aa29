"""Who is on trial: the target of a run becomes a cast."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls.casting import cast_of, variable_values
from allokoli.engine.conversation.cast import Cast

_STARTS = {"assistant": ("assistantId", "assistant"), "squad": ("squadId", "squad")}


def target_problems(target: dict[str, Any], path: str = "target") -> list[str]:
    """What is wrong with a target whose shape is right."""
    names = _STARTS.get(str(target.get("type")), ())
    given = [name for name in names if target.get(name) is not None]
    if len(given) != 1:
        return [f"{path}: exactly one of {', '.join(names)} must be given"]
    return []


def call_body(target: dict[str, Any], overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    """A target as a request for a call would name it.

    Args:
        target: `{type, assistantId | assistant | squadId | squad, assistantOverrides}`.
        overrides: further overrides, of a scenario; they win.
    """
    kind = str(target.get("type"))
    body = {name: target[name] for name in _STARTS[kind] if target.get(name) is not None}
    every = {**(target.get("assistantOverrides") or {}), **(overrides or {})}
    if every:
        body["assistantOverrides" if kind == "assistant" else "squadOverrides"] = every
    return body


async def check_target(opened: AsyncSession, body: dict[str, Any]) -> Cast:
    """The cast of a target, while the client still waits for an answer.

    Raises:
        Invalid: there is none, and why.
    """
    return await cast_of(opened, body)


async def target_cast(org_id: UUID, body: dict[str, Any]) -> tuple[Cast, dict[str, Any]]:
    """The cast of a target, and the variables given to everyone in it.

    Raises:
        Invalid: what it names is gone or no longer valid.
    """
    async with session(Identity.job(org_id)) as opened:
        return await cast_of(opened, body), variable_values(body)


def reason_of(refusal: Invalid) -> str:
    """A refusal in one sentence."""
    problems = refusal.problems
    return problems if isinstance(problems, str) else "; ".join(problems)
