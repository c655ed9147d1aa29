"""Calls for later: stored with their cast, started by a job when their time comes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid, Missing, OverConcurrency
from allokoli.engine.api.wire import moment
from allokoli.engine.calls import repository, starting, text_calls
from allokoli.engine.calls.ending import conclude, end
from allokoli.engine.calls.models import IN_PROGRESS, QUEUED, SCHEDULED, TEXT, Call
from allokoli.engine.calls.news import News
from allokoli.engine.conversation.ended_reasons import SHUT_DOWN

DELETED = "scheduled-call-deleted"
_NO_PLACE = "call.start.error-subscription-concurrency-limit-reached"
_FURTHEST = timedelta(days=366)
# How long a call without `latestAt` waits for a place.
_PATIENCE = timedelta(hours=1)
_RETRY_S = 10.0


async def schedule(opened: AsyncSession, call: Call) -> None:
    """Have a call started at the `earliestAt` of its plan.

    Args:
        opened: the session that stores the call.
        call: its row, status `scheduled`.

    Raises:
        Invalid: the plan leaves no time to start.
    """
    from allokoli.engine.calls.tasks import start_scheduled

    now = clock.now()
    earliest, latest = _window(call.request["schedulePlan"], now)
    if latest < earliest or latest <= now:
        raise Invalid(["schedulePlan.latestAt must be after schedulePlan.earliestAt and now"])
    if earliest > now + _FURTHEST:
        raise Invalid(["schedulePlan.earliestAt must be within a year"])
    call.scheduled_at = max(earliest, now)
    await opened.flush()
    await jobs.defer(
        opened,
        start_scheduled,
        delay_s=max((earliest - now).total_seconds(), 0),
        org_id=str(call.org_id),
        call_id=str(call.id),
    )


async def start(identity: Identity, call_id: UUID, news: News) -> None:
    """Start a call whose time has come. Safe to run twice; a call that was deleted stays so."""
    from allokoli.engine import telephony

    reason = None
    try:
        async with session(identity) as opened:
            call = await repository.find(opened, call_id, lock=True)
            if call.status != SCHEDULED:
                return
            _, latest = _window(call.request["schedulePlan"], call.scheduled_at or call.created_at)
            if clock.now() > latest:
                reason = SHUT_DOWN
            elif await _has_place(opened, call):
                call.updated_at = clock.now()
                call.status = IN_PROGRESS if call.transport == TEXT else QUEUED
                call.started_at = call.updated_at if call.transport == TEXT else None
            elif clock.now() + timedelta(seconds=_RETRY_S) > latest:
                reason = _NO_PLACE
            else:
                await _try_again(opened, call)
                return
    except Missing:
        return
    if reason is not None:
        await end(identity, call_id, reason)
        await conclude(identity, call_id)
    elif call.transport == TEXT:
        await text_calls.begin(identity, call, news)
    else:
        await telephony.place(identity, call_id)


async def _has_place(opened: AsyncSession, call: Call) -> bool:
    if call.transport == TEXT:
        return True
    try:
        await starting.check_concurrency(opened, call.org_id)
    except OverConcurrency:
        return False
    return True


async def _try_again(opened: AsyncSession, call: Call) -> None:
    from allokoli.engine.calls.tasks import start_scheduled

    await jobs.defer(
        opened,
        start_scheduled,
        delay_s=_RETRY_S,
        org_id=str(call.org_id),
        call_id=str(call.id),
    )


def _window(plan: dict[str, Any], due: datetime) -> tuple[datetime, datetime]:
    """When a call may start: from, and until; long after it was due, when the plan does not say.

    Raises:
        Invalid: a date is none.
    """
    earliest = _moment("earliestAt", plan.get("earliestAt"))
    latest = plan.get("latestAt")
    if latest is None:
        return earliest, max(earliest, due) + _PATIENCE
    return earliest, _moment("latestAt", latest)


def _moment(name: str, value: Any) -> datetime:
    found = moment(value)
    if found is None:
        raise Invalid([f"schedulePlan.{name} must be a valid ISO 8601 date string"])
    return found
