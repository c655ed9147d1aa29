"""`POST /structured-output/run`: reads a structured output out of calls that have ended."""

from typing import Any
from uuid import UUID

import structlog

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import STRUCTURED_OUTPUT, Kind
from allokoli.engine.api.kinds.kind import array, sdk_type
from allokoli.engine.api.validation.shapes import Field, Fields
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.calls import repository
from allokoli.engine.calls.models import ENDED, Call, CallMessage
from allokoli.engine.testing import structured
from allokoli.engine.testing.call_outputs import held_of, inline_id, shown

_MOST_CALLS = 100
_log = structlog.get_logger()


def _fields() -> Fields:
    return {
        "previewEnabled": Field(bool),
        "structuredOutputId": Field(str),
        "structuredOutput": Field(sdk_type("CreateStructuredOutputDto")),
        "callIds": Field(array(str), required=True),
    }


# What a run still has to do, kept until it is done; never served.
RUN = Kind(
    "structured-output-run",
    "Structured output run",
    "/structured-output/run",
    _fields,
    references={"structuredOutputId": "structured-output"},
    plain=False,
)


async def run(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """Run now and show the result (a preview), or queue a run that changes the calls.

    Args:
        identity: acts for the organization.
        body: Vapi's StructuredOutputRunDTO.

    Returns:
        For a preview `{<id>: {name, result}}`, or `skipped`; else `{workflowId, message}`.

    Raises:
        Invalid: the body, or a call it names, or a preview that has no result and why.
        Missing: there is no such structured output.
    """
    problems = RUN.problems(body) or _bounds(body)
    if problems:
        raise Invalid(problems)
    async with session(identity) as opened:
        for call_id in body["callIds"]:
            try:
                call = await repository.find(opened, UUID(call_id))
            except Missing:
                raise Invalid([f"callIds: Call {call_id} does not exist"]) from None
            if call.status != ENDED:
                raise Invalid([f"callIds: Call {call_id} has not ended"])
        if body.get("previewEnabled"):
            key, definition = await _definition(identity, body)
            messages = (await repository.messages_of(opened, [call.id]))[call.id]
        else:
            row = await resources.insert(opened, identity, RUN, body)
            await jobs.defer(
                opened, run_queued, org_id=str(identity.organization), run_id=str(row.id)
            )
            count = len(body["callIds"])
            return {"workflowId": str(row.id), "message": f"Queued for {count} call(s)."}
    return await _preview(key, definition, call, messages)


@jobs.task("engine.run_structured_output")
async def run_queued(*, org_id: str, run_id: str) -> None:
    """Read a structured output out of each of a run's calls; done twice, it is only read again."""
    identity = Identity.job(org_id)
    try:
        async with session(identity) as opened:
            found = await resources.row(opened, RUN, run_id)
            body = resources.whole_body(found)
        key, definition = await _definition(identity, body)
    except Missing:
        return
    for call_id in body["callIds"]:
        await _one(identity, UUID(call_id), key, definition)
    async with session(identity) as opened:
        await opened.delete(await resources.row(opened, RUN, run_id, lock=True))


async def _one(identity: Identity, call_id: UUID, key: str, definition: dict[str, Any]) -> None:
    try:
        async with session(identity) as opened:
            call = await repository.find(opened, call_id)
            messages = (await repository.messages_of(opened, [call_id]))[call_id]
        outcome = await structured.evaluate(definition, held_of(call, messages))
        if outcome.error is not None and outcome.skipped is None:
            _log.info("structured_output_failed", call=str(call_id), output=key)
            return
        async with session(identity) as opened:
            call = await repository.find(opened, call_id, lock=True)
            artifacts = dict(call.artifacts)
            for name, value in shown({key: outcome}).items():
                artifacts[name] = {**(artifacts.get(name) or {}), **value}
            call.artifacts = artifacts
            call.updated_at = clock.now()
    except Missing:
        # Deleted meanwhile.
        return


async def _preview(
    key: str, definition: dict[str, Any], call: Call, messages: list[CallMessage]
) -> dict[str, Any]:
    outcome = await structured.evaluate(definition, held_of(call, messages))
    if outcome.skipped is not None:
        return {"skipped": {key: {"name": outcome.name, "unmetCondition": outcome.skipped}}}
    if outcome.error is not None:
        raise Invalid(f"The structured output has no result: {outcome.error}")
    return {key: {"name": outcome.name, "result": outcome.result}}


async def _definition(identity: Identity, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What to read, and the id it goes by."""
    output_id = body.get("structuredOutputId")
    if output_id is None:
        definition: dict[str, Any] = body["structuredOutput"]
        return inline_id(definition), definition
    async with session(identity) as opened:
        row = await resources.row(opened, STRUCTURED_OUTPUT, output_id)
        return str(row.id), resources.whole_body(row)


def _bounds(body: dict[str, Any]) -> list[str]:
    problems = []
    ids = body["callIds"]
    preview = bool(body.get("previewEnabled"))
    if preview and len(ids) != 1:
        problems.append("callIds must contain exactly 1 element for a preview")
    elif not ids or len(ids) > _MOST_CALLS:
        problems.append(f"callIds must contain between 1 and {_MOST_CALLS} elements")
    elif any(as_uuid(one) is None for one in ids):
        problems.append("each value in callIds must be a UUID")
    if (body.get("structuredOutputId") is None) == (body.get("structuredOutput") is None):
        problems.append("exactly one of structuredOutputId, structuredOutput must be given")
    if body.get("structuredOutput"):
        problems += STRUCTURED_OUTPUT.problems(body["structuredOutput"])
    return problems
