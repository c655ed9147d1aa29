"""A call is asked for: who answers, whether it may, and its row."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part
from allokoli.core.settings import get_settings
from allokoli.engine.api.errors import Invalid, OverConcurrency
from allokoli.engine.api.kinds import ASSISTANT, PHONE_NUMBER, call_problems
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.calls import repository
from allokoli.engine.calls.casting import cast_of, referred
from allokoli.engine.calls.models import QUEUED, Call
from allokoli.engine.models.choose import model_warnings

TEXT = "text"
WEB = "webrtc"
_NO_CARRIER = (
    "This engine has no carrier connected, so it cannot place phone calls. Use POST /call/web, or "
    'POST /call with transport {"provider": "text"}.'
)


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
    cast = await cast_of(opened, body)
    if transport != TEXT:
        await _check_concurrency(opened, identity.organization)
    clear, sealed = part(cast.to_json())
    now = clock.now()
    call = Call(
        org_id=identity.organization,
        type="webCall",
        status=QUEUED,
        transport=transport,
        assistant_id=as_uuid(cast.first.assistant_id) if cast.first.assistant_id else None,
        squad_id=as_uuid(cast.squad_id) if cast.squad_id else None,
        workflow_id=as_uuid(cast.workflow_id) if cast.workflow_id else None,
        phone_number_id=None,
        name=body.get("name"),
        request={name: value for name, value in body.items() if value is not None},
        assistant=cast.first.assistant,
        cast_json=clear,
        secrets_sealed=sealed,
        state={},
        artifacts={},
        warnings=[*cast.warnings, *model_warnings(cast.first.assistant)],
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
                await referred(opened, body, name, kind)
        problems = [_NO_CARRIER]
    raise Invalid(problems)


async def _check_concurrency(opened: AsyncSession, org_id: UUID) -> None:
    most = get_settings().max_calls_per_organization
    if await repository.running_voice_calls(opened, org_id) >= most:
        raise OverConcurrency(
            f"Over concurrency limit: {most} calls of this organization are running. "
            "Try again when one has ended."
        )
