"""Every query on calls."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.listing import Listing, apply, narrowed
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.calls.models import ENDED, IN_PROGRESS, QUEUED, Call, CallMessage

FILTERS: dict[str, Any] = {
    "id": Call.id,
    "assistantId": Call.assistant_id,
    "squadId": Call.squad_id,
    "workflowId": Call.workflow_id,
    "phoneNumberId": Call.phone_number_id,
    "campaignId": Call.campaign_id,
    "type": Call.type,
    "status": Call.status,
    "endedReason": Call.ended_reason,
}
# A web call nobody answered for this long no longer holds a place.
_PLACE_HELD_S = 60
# A carrier that never says what became of a ringing call does not hold one for ever.
_RINGING_HELD_S = 300


async def find(opened: AsyncSession, call_id: UUID, *, lock: bool = False) -> Call:
    """One call.

    Raises:
        Missing: there is none in this organization.
    """
    call = await opened.get(Call, call_id, with_for_update=lock or None, populate_existing=lock)
    if call is None:
        raise Missing("Call", call_id)
    return call


async def listed(opened: AsyncSession, listing: Listing) -> Sequence[Call]:
    """Calls, newest first."""
    statement = apply(
        _filtered(select(Call), listing),
        listing,
        row_id=Call.id,
        created_at=Call.created_at,
        updated_at=Call.updated_at,
    )
    return (await opened.scalars(statement)).all()


async def counted(opened: AsyncSession, listing: Listing) -> int:
    """How many calls there are on all pages of a listing."""
    statement = narrowed(
        _filtered(select(func.count()).select_from(Call), listing),
        listing,
        created_at=Call.created_at,
        updated_at=Call.updated_at,
    )
    return await opened.scalar(statement) or 0


def _filtered(statement: Select[Any], listing: Listing) -> Select[Any]:
    """By the properties of `FILTERS`; those ending in `Any` take several values, by commas."""
    for name, value in listing.equals:
        column = FILTERS[name.removesuffix("Any")]
        values: list[Any] = value.split(",") if name.endswith("Any") else [value]
        if isinstance(column.type, Uuid):
            values = [as_uuid(one.strip()) or UUID(int=0) for one in values]
        statement = statement.where(column.in_(values))
    return statement


async def messages_of(
    opened: AsyncSession, call_ids: Iterable[UUID]
) -> dict[UUID, list[CallMessage]]:
    """What was said in some calls, in order."""
    found: dict[UUID, list[CallMessage]] = {call_id: [] for call_id in call_ids}
    statement = (
        select(CallMessage)
        .where(CallMessage.call_id.in_(found))
        .order_by(CallMessage.call_id, CallMessage.seq)
    )
    for message in await opened.scalars(statement):
        found[message.call_id].append(message)
    return found


async def running_voice_calls(opened: AsyncSession, org_id: UUID) -> int:
    """How many places of an organization are taken; callers for one organization take turns."""
    await opened.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:org, 0))"), {"org": str(org_id)}
    )
    since = clock.now().timestamp() - _PLACE_HELD_S
    ringing_since = clock.now().timestamp() - _RINGING_HELD_S
    count = await opened.scalar(
        select(func.count())
        .select_from(Call)
        .where(
            Call.transport != "text",
            Call.status.in_((IN_PROGRESS, "forwarding"))
            | ((Call.status == "ringing") & (Call.updated_at > func.to_timestamp(ringing_since)))
            | ((Call.status == QUEUED) & (Call.created_at > func.to_timestamp(since))),
        )
    )
    return count or 0


async def mark_ended(opened: AsyncSession, call_id: UUID, reason: str) -> bool:
    """End a call, once.

    Returns:
        Whether this ended it; False when it had ended already, or there is none.
    """
    now = clock.now()
    ended = await opened.execute(
        update(Call)
        .where(Call.id == call_id, Call.status != ENDED)
        .values(status=ENDED, ended_reason=reason, ended_at=now, updated_at=now, instance_id=None)
        .returning(Call.id)
    )
    return ended.first() is not None
