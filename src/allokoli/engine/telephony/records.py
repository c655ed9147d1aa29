"""What is stored of a phone call beside what every call stores."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part
from allokoli.engine.calls import ending, repository
from allokoli.engine.calls.models import ENDED, QUEUED, Call
from allokoli.engine.calls.news import News
from allokoli.engine.conversation.cast import Cast, Member

TWILIO = "twilio"
RINGING = "ringing"
INBOUND = "inboundPhoneCall"
_REMEMBERED = timedelta(hours=14)


async def by_sid(opened: AsyncSession, number_id: UUID, call_sid: str) -> Call | None:
    """The call of a number that Twilio knows by an id; None when there is none of late."""
    found: Call | None = await opened.scalar(
        select(Call)
        .where(
            Call.phone_number_id == number_id,
            Call.created_at > clock.now() - _REMEMBERED,
            Call.artifacts["phone"]["providerId"].astext == call_sid,
        )
        .limit(1)
    )
    return found


async def carried_by_twilio(
    opened: AsyncSession, call_id: UUID, call_sid: str, **more: Any
) -> Call:
    """Write down that Twilio carries a call, which rings.

    Raises:
        Missing: there is no such call.
    """
    call = await repository.find(opened, call_id, lock=True)
    phone = {"provider": TWILIO, "transport": "pstn", "providerId": call_sid, **more}
    call.artifacts = {**call.artifacts, "phone": {**(call.artifacts.get("phone") or {}), **phone}}
    if call.status == QUEUED:
        call.status = RINGING
    call.updated_at = clock.now()
    return call


async def note(identity: Identity, call_id: UUID, **facts: Any) -> None:
    """Add to what is known of a call's carrier."""
    async with session(identity) as opened:
        call = await repository.find(opened, call_id, lock=True)
        call.artifacts = {
            **call.artifacts,
            "phone": {**(call.artifacts.get("phone") or {}), **facts},
        }


def untaken(
    identity: Identity,
    call_id: UUID,
    number: dict[str, Any],
    customer: str,
    call_sid: str,
    destination: dict[str, Any] | None,
) -> Call:
    """The row of a call that no assistant takes, still to be ended.

    Args:
        identity: acts for the organization.
        call_id: the id it was announced with.
        number: Vapi's phone number, secrets joined.
        customer: the caller's number.
        call_sid: Twilio's id of it.
        destination: where the caller is connected to instead; None when nowhere.
    """
    clear, sealed = part(Cast((Member({}),)).to_json() | {"phoneNumber": number})
    now = clock.now()
    artifacts: dict[str, Any] = {
        "phone": {"provider": TWILIO, "transport": "pstn", "providerId": call_sid}
    }
    if destination is not None:
        artifacts["destination"] = destination
    return Call(
        id=call_id,
        org_id=identity.organization,
        type=INBOUND,
        status=RINGING,
        transport=TWILIO,
        phone_number_id=UUID(str(number["id"])),
        request={"customer": {"number": customer}},
        assistant={},
        cast_json=clear,
        secrets_sealed=sealed,
        state={},
        artifacts=artifacts,
        warnings=[],
        analysis={},
        metrics={},
        created_at=now,
        updated_at=now,
    )


async def finish(identity: Identity, call_id: UUID, reason: str, news: News | None) -> None:
    """End a call that is not carried here, tell of it and conclude it. Safe to run twice."""
    if await ending.end(identity, call_id, reason):
        async with session(identity) as opened:
            call = await repository.find(opened, call_id)
        if news is not None:
            news.status(call)
        await ending.conclude(identity, call_id)


def is_over(call: Call) -> bool:
    """Whether a call has ended."""
    return call.status == ENDED
