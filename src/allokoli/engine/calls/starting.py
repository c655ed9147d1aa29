"""A call is asked for: who answers, whether it may, and its row."""

from asyncio import to_thread
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part, whole
from allokoli.core.settings import get_settings
from allokoli.engine.api.errors import Invalid, OverConcurrency
from allokoli.engine.api.kinds import call_problems
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.calls import repository
from allokoli.engine.calls.casting import cast_of
from allokoli.engine.calls.happenings import first_artifacts
from allokoli.engine.calls.models import QUEUED, TEXT, Call
from allokoli.engine.models.choose import model_warnings


async def create_row(
    opened: AsyncSession,
    identity: Identity,
    body: dict[str, Any],
    transport: str,
    *,
    kind: str = "webCall",
    number: Resource | None = None,
    campaign_id: UUID | None = None,
    status: str = QUEUED,
    stranger: bool = False,
) -> Call:
    """Check what is asked and store the call.

    Args:
        opened: a session of the identity.
        identity: acts for the organization.
        body: Vapi's CreateCallDTO, or the body of `/call/web`.
        transport: `text`, `webrtc`, `vapi.websocket` or a carrier's name.
        kind: Vapi's `type` of the call.
        number: the organization's number it comes to or goes out from.
        campaign_id: the campaign it is made for.
        status: `queued`, or `scheduled`, which takes no place yet.
        stranger: whether who asks has no private key.

    Raises:
        Invalid: the body, or what it refers to.
        OverConcurrency: too many voice calls are running.
    """
    if problems := await to_thread(call_problems, body):
        raise Invalid(problems)
    body = _for_customer({name: value for name, value in body.items() if value is not None})
    cast = await cast_of(opened, body, stranger=stranger)
    if transport != TEXT and status == QUEUED:
        await check_concurrency(opened, identity.organization)
    kept = cast.to_json() | {"phoneNumber": _number(number, body)}
    clear, sealed = part(kept)
    now = clock.now()
    call = Call(
        org_id=identity.organization,
        type=kind,
        status=status,
        transport=transport,
        assistant_id=as_uuid(cast.first.assistant_id) if cast.first.assistant_id else None,
        squad_id=as_uuid(cast.squad_id) if cast.squad_id else None,
        workflow_id=as_uuid(cast.workflow_id) if cast.workflow_id else None,
        phone_number_id=number.id if number else None,
        campaign_id=campaign_id,
        name=body.get("name"),
        request=part(body)[0],
        assistant=clear["members"][0]["assistant"],
        cast_json=clear,
        secrets_sealed=sealed,
        state={},
        artifacts=first_artifacts(cast),
        warnings=[
            *cast.warnings,
            *model_warnings(cast.first.assistant),
            *_artifact_warnings(cast.first.assistant),
        ],
        analysis={},
        metrics={},
        created_at=now,
        updated_at=now,
    )
    opened.add(call)
    await opened.flush()
    return call


async def check_concurrency(opened: AsyncSession, org_id: UUID) -> int:
    """See that a voice call may begin, and how many places are left with it.

    Raises:
        OverConcurrency: none was.
    """
    most = get_settings().max_calls_per_organization
    running = await repository.running_voice_calls(opened, org_id)
    if running >= most:
        raise OverConcurrency(
            f"Over concurrency limit: {most} calls of this organization are running. "
            "Try again when one has ended."
        )
    return most - running - 1


def _artifact_warnings(assistant: dict[str, Any]) -> list[str]:
    """What a call asks to keep and this engine does not."""
    plan = assistant.get("artifactPlan") or {}
    warnings = []
    if plan.get("recordingFormat") == "mp3":
        warnings.append("Recordings are kept as WAV: recordingFormat mp3 is not made here.")
    if plan.get("videoRecordingEnabled"):
        warnings.append("Calls carry no video here: videoRecordingEnabled has no effect.")
    return warnings


def _for_customer(body: dict[str, Any]) -> dict[str, Any]:
    """A body with its customer's own overrides, which win over everyone's."""
    customer = body.get("customer") or {}
    result = dict(body)
    for name in ("assistantOverrides", "squadOverrides"):
        if own := customer.get(name):
            everyone = result.get(name) or {}
            values = {**(everyone.get("variableValues") or {}), **(own.get("variableValues") or {})}
            result[name] = {**everyone, **own, **({"variableValues": values} if values else {})}
    return result


def _number(number: Resource | None, body: dict[str, Any]) -> dict[str, Any] | None:
    """The organization's side of a phone call, stored or given, secrets included."""
    if number is not None:
        return {**whole(number.body, number.secrets_sealed), "id": str(number.id)}
    given = body.get("phoneNumber")
    return given if isinstance(given, dict) else None
