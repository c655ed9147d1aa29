"""What a call's assistant wants read out of it: structured outputs, then scorecards on them."""

import asyncio
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.kinds import SCORECARD, STRUCTURED_OUTPUT, Kind
from allokoli.engine.api.models import Resource
from allokoli.engine.api.resources import whole_body
from allokoli.engine.api.wire import as_uuid, iso
from allokoli.engine.calls.conversing import facts_of
from allokoli.engine.calls.kept import kept_cast
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.calls.shown_messages import history_of
from allokoli.engine.testing import scorecards, structured
from allokoli.engine.testing.held import Held

_TIMEOUT_S = 60.0
_MOST = 50
_AT_ONCE = 4

_log = structlog.get_logger()


async def outputs_of(identity: Identity, call: Call, messages: list[CallMessage]) -> dict[str, Any]:
    """What an ended call's artifact holds besides words and sound.

    Args:
        identity: acts for the call's organization.
        call: the row.
        messages: what was said and done.

    Returns:
        `structuredOutputs`, `skippedStructuredOutputs` and `scorecards`, by id, each only when
        there is one. What fails, or takes longer than a minute in all, is left out.
    """
    plan = call.assistant.get("artifactPlan")
    plan = plan if isinstance(plan, dict) else {}
    async with session(identity) as opened:
        outputs = await _wanted(opened, STRUCTURED_OUTPUT, call, plan, "structuredOutput")
        cards = await _wanted(opened, SCORECARD, call, plan, "scorecard")
        outputs |= await _measured(opened, cards, outputs)
    if not outputs:
        return {}
    results = await evaluated(outputs, held_of(call, messages))
    found = shown(results)
    scored = {
        card_id: scorecards.evaluate(card, found.get("structuredOutputs", {}))
        for card_id, card in cards.items()
    }
    return found | ({"scorecards": scored} if scored else {})


async def evaluated(
    outputs: dict[str, dict[str, Any]], held: Held
) -> dict[str, structured.Outcome]:
    """Several structured outputs of one conversation, by id; those not done in time are missing."""
    results: dict[str, structured.Outcome] = {}
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(output_id: str, definition: dict[str, Any]) -> None:
        async with places:
            try:
                results[output_id] = await structured.evaluate(definition, held)
            except Exception as error:  # noqa: BLE001 - one output must not cost the call its report
                name = str(definition.get("name") or "")
                results[output_id] = structured.Outcome(name, error=type(error).__name__)

    try:
        async with asyncio.timeout(_TIMEOUT_S), asyncio.TaskGroup() as group:
            for output_id, definition in outputs.items():
                group.create_task(one(output_id, definition))
    except TimeoutError:
        _log.warning("structured_outputs_late", done=len(results), wanted=len(outputs))
    for output_id, outcome in results.items():
        if outcome.error and outcome.skipped is None:
            _log.info("structured_output_failed", output=output_id)
    return results


def shown(results: dict[str, structured.Outcome]) -> dict[str, Any]:
    """Outcomes as a call's artifact holds them."""
    done = {
        output_id: {"name": one.name, "result": one.result}
        for output_id, one in results.items()
        if one.error is None
    }
    skipped = {
        output_id: {"name": one.name, "unmetCondition": one.skipped}
        for output_id, one in results.items()
        if one.skipped is not None
    }
    return {
        **({"structuredOutputs": done} if done else {}),
        **({"skippedStructuredOutputs": skipped} if skipped else {}),
    }


def held_of(call: Call, messages: list[CallMessage]) -> Held:
    """A call as those who judge it see it."""
    assistant = kept_cast(call).first.assistant if call.cast_json else call.assistant
    return Held(
        org_id=call.org_id,
        messages=history_of(messages),
        assistant=assistant,
        # Relative dates count from here, as they did in the call.
        started_at=facts_of(call).now,
        ended_at=call.ended_at,
        known={"call": _told(call)},
        ended_reason=call.ended_reason,
        variable_values=facts_of(call).variable_values,
    )


def inline_id(definition: dict[str, Any]) -> str:
    """The id of a definition that is not stored: the same one each time for the same name."""
    return str(uuid5(NAMESPACE_URL, f"inline:{definition.get('name')}"))


def _told(call: Call) -> dict[str, Any]:
    """What a judging model may know of the call, by Vapi's names."""
    return {
        "id": str(call.id),
        "orgId": str(call.org_id),
        "type": call.type,
        "createdAt": iso(call.created_at),
        "assistantId": str(call.assistant_id) if call.assistant_id else None,
    }


async def _wanted(
    opened: AsyncSession, kind: Kind, call: Call, plan: dict[str, Any], name: str
) -> dict[str, dict[str, Any]]:
    """Definitions the plan names or holds, and those linked to the assistant."""
    ids = [known for one in plan.get(f"{name}Ids") or () if (known := as_uuid(str(one)))]
    linked: ColumnElement[bool] = Resource.id.in_(ids)
    if call.assistant_id is not None:
        linked = or_(linked, Resource.body["assistantIds"].contains([str(call.assistant_id)]))
    if call.workflow_id is not None:
        linked = or_(linked, Resource.body["workflowIds"].contains([str(call.workflow_id)]))
    statement = (
        select(Resource)
        .where(Resource.org_id == call.org_id, Resource.kind == kind.name, linked)
        .order_by(Resource.created_at)
        .limit(_MOST)
    )
    found = {str(row.id): whole_body(row) for row in await opened.scalars(statement)}
    for one in plan.get(f"{name}s") or ():
        if isinstance(one, dict) and len(found) < _MOST:
            found[inline_id(one)] = one
    return found


async def _measured(
    opened: AsyncSession, cards: dict[str, dict[str, Any]], known: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The structured outputs that scorecards count and nobody asked for yet."""
    ids: set[UUID] = set()
    for card in cards.values():
        for metric in card.get("metrics") or ():
            wanted = as_uuid(str(metric.get("structuredOutputId")))
            if wanted and str(wanted) not in known:
                ids.add(wanted)
    if not ids:
        return {}
    statement = (
        select(Resource)
        .where(Resource.kind == STRUCTURED_OUTPUT.name, Resource.id.in_(ids))
        .limit(_MOST)
    )
    return {str(row.id): whole_body(row) for row in await opened.scalars(statement)}
