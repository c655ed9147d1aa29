"""A call is asked for: who answers, whether it may, and its row."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.engine.api.errors import Invalid, OverConcurrency
from allokoli.engine.api.kinds import ASSISTANT, PHONE_NUMBER, Kind, call_problems
from allokoli.engine.api.models import Resource
from allokoli.engine.api.patching import patched
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.calls import repository
from allokoli.engine.calls.models import QUEUED, Call
from allokoli.engine.models.choose import model_warnings

TEXT = "text"
WEB = "webrtc"
_STARTS = ("assistantId", "assistant", "squadId", "squad", "workflowId", "workflow")
_NO_CARRIER = (
    "This engine has no carrier connected, so it cannot place phone calls. Use POST /call/web, or "
    'POST /call with transport {"provider": "text"}.'
)
_NOT_IN_ASSISTANT = ("variableValues", "tools:append")


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers a call.

    Attributes:
        assistant: as Vapi writes it, overrides applied.
        assistant_id: None for a transient one.
    """

    assistant: dict[str, Any]
    assistant_id: UUID | None


async def create_row(
    opened: AsyncSession, identity: Identity, body: dict[str, Any], transport: str
) -> Call:
    """Check what is asked and store the call, queued.

    Args:
        opened: a session of the identity.
        identity: acts for the organization.
        body: Vapi's CreateCallDTO, or the body of `/call/web`.
        transport: `text` or `webrtc`.

    Raises:
        Invalid: the body, or what it refers to.
        OverConcurrency: too many voice calls are running.
    """
    answering = await _answering(opened, body)
    if transport != TEXT:
        await _check_concurrency(opened, identity.organization)
    now = clock.now()
    call = Call(
        org_id=identity.organization,
        type="webCall",
        status=QUEUED,
        transport=transport,
        assistant_id=answering.assistant_id,
        phone_number_id=None,
        name=body.get("name"),
        request={name: value for name, value in body.items() if value is not None},
        assistant=answering.assistant,
        warnings=model_warnings(answering.assistant),
        analysis={},
        metrics={},
        created_at=now,
        updated_at=now,
    )
    opened.add(call)
    await opened.flush()
    return call


async def refuse_phone_call(opened: AsyncSession, body: dict[str, Any]) -> None:
    """Say why a phone call cannot be placed, the caller's own mistakes first.

    Raises:
        Invalid: always.
    """
    problems = call_problems(body)
    if not problems and not any(body.get(name) for name in ("customer", "customerId", "customers")):
        problems = ["customer, customers or transport should not be empty"]
    if not problems and not (body.get("phoneNumberId") or body.get("phoneNumber")):
        problems = ["phoneNumberId or phoneNumber should not be empty for a phone call"]
    if not problems:
        for name, kind in (("phoneNumberId", PHONE_NUMBER), ("assistantId", ASSISTANT)):
            if body.get(name):
                await _referred(opened, body, name, kind)
        problems = [_NO_CARRIER]
    raise Invalid(problems)


async def _answering(opened: AsyncSession, body: dict[str, Any]) -> Answering:
    problems = call_problems(body)
    named = [name for name in _STARTS if body.get(name)]
    if not problems and len(named) != 1:
        problems = [f"exactly one of {', '.join(_STARTS)} must be given"]
    if not problems and named[0] not in {"assistantId", "assistant"}:
        problems = [f"{named[0]}: this engine starts calls with assistantId or assistant"]
    if problems:
        raise Invalid(problems)
    if named[0] == "assistantId":
        row = await _referred(opened, body, "assistantId", ASSISTANT)
        assistant, assistant_id = dict(row.body), row.id
    else:
        assistant, assistant_id = patched({}, body["assistant"]), None
    overrides = dict(body.get("assistantOverrides") or {})
    for name in _NOT_IN_ASSISTANT:
        overrides.pop(name, None)
    return Answering(patched(assistant, overrides), assistant_id)


async def _referred(opened: AsyncSession, body: dict[str, Any], name: str, kind: Kind) -> Resource:
    found_id = as_uuid(body[name])
    if found_id is None:
        raise Invalid([f"{name} must be a UUID"])
    row = await opened.get(Resource, found_id)
    if row is None or row.kind != kind.name:
        raise Invalid(f"Couldn't find {kind.title.lower()} for call: {name} {found_id} not found.")
    return row


async def _check_concurrency(opened: AsyncSession, org_id: UUID) -> None:
    most = get_settings().max_calls_per_organization
    if await repository.running_voice_calls(opened, org_id) >= most:
        raise OverConcurrency(
            f"Over concurrency limit: {most} calls of this organization are running. "
            "Try again when one has ended."
        )
