"""A campaign as the wire shows it, its counters computed from its contacts and calls."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.api import resources
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import iso
from allokoli.engine.calls.models import ENDED, QUEUED, SCHEDULED, Call
from allokoli.engine.campaigns.models import PENDING, STATUSES, CampaignContact
from allokoli.engine.campaigns.planning import INNER, MAX_CONTACTS

VOICEMAIL = "voicemail"
_NOT_SUMMED_UP = frozenset({"customers", "dialPlan", "workflowId", "calls"})
# A list shows whom small campaigns call; of larger ones, `GET /campaign/{id}` does.
_MOST_CUSTOMERS_LISTED = 100

Counters = dict[str, int]


async def whole(opened: AsyncSession, row: Resource) -> dict[str, Any]:
    """Vapi's Campaign, with its calls."""
    counters = await call_counters(opened, [row.id])
    return {
        **public(resources.shown(CAMPAIGN, row)),
        **counters[row.id],
        "calls": await _calls(opened, row.id),
    }


async def listed(opened: AsyncSession, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Campaigns in a list: counters, but no calls."""
    counters = await call_counters(opened, [UUID(one["id"]) for one in bodies])
    return [_shortened({**public(one), **counters[UUID(one["id"])]}) for one in bodies]


async def summaries(
    opened: AsyncSession, bodies: list[dict[str, Any]], *, counted: bool
) -> list[dict[str, Any]]:
    """Vapi's CampaignSummary of campaigns.

    Args:
        opened: a session of the organization.
        bodies: as `resources` shows them.
        counted: whether contacts and calls are counted.
    """
    made = [
        {
            name: value
            for name, value in public(one).items()
            if name not in _NOT_SUMMED_UP and not name.startswith("callsCounter")
        }
        for one in bodies
    ]
    if counted:
        ids = [UUID(one["id"]) for one in bodies]
        contacts = await contact_counters(opened, ids)
        metrics = await _call_metrics(opened, ids)
        for one in made:
            one["contactCounters"] = contacts[UUID(one["id"])]
            one["callMetrics"] = metrics[UUID(one["id"])]
    return made


def public(told: dict[str, Any]) -> dict[str, Any]:
    """Without what only the engine needs."""
    return {name: value for name, value in told.items() if name not in INNER}


async def call_counters(opened: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Counters]:
    """The counters of the first version; who is not called yet counts as scheduled."""
    names = ("Scheduled", "Queued", "InProgress", "EndedVoicemail", "Ended")
    found = {one: {f"callsCounter{name}": 0 for name in names} for one in ids}
    statement = (
        select(Call.campaign_id, Call.status, Call.ended_reason, func.count())
        .where(Call.campaign_id.in_(found))
        .group_by(Call.campaign_id, Call.status, Call.ended_reason)
    )
    for campaign_id, status, reason, count in await opened.execute(statement):
        if campaign_id is not None:
            found[campaign_id][f"callsCounter{_counter(status, reason)}"] += count
    for campaign_id, counts in (await contact_counters(opened, found)).items():
        found[campaign_id]["callsCounterScheduled"] += counts[PENDING]
    return found


async def contact_counters(opened: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Counters]:
    """The counters of the second version."""
    found = {one: {_camel(status): 0 for status in STATUSES} for one in ids}
    statement = (
        select(CampaignContact.campaign_id, CampaignContact.status, func.count())
        .where(CampaignContact.campaign_id.in_(found))
        .group_by(CampaignContact.campaign_id, CampaignContact.status)
    )
    for campaign_id, status, count in await opened.execute(statement):
        found[campaign_id][_camel(status)] = count
    return found


async def _call_metrics(opened: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Counters]:
    found = {one: {"dialed": 0, "connected": 0} for one in ids}
    answered = Call.started_at.is_not(None) & Call.ended_reason.is_distinct_from(VOICEMAIL)
    statement = (
        select(Call.campaign_id, func.count(), func.count().filter(answered))
        .where(Call.campaign_id.in_(found))
        .group_by(Call.campaign_id)
    )
    for campaign_id, dialed, connected in await opened.execute(statement):
        if campaign_id is not None:
            found[campaign_id] = {"dialed": dialed, "connected": connected}
    return found


async def _calls(opened: AsyncSession, campaign_id: UUID) -> dict[str, Any]:
    statement = (
        select(Call.id, Call.status, Call.ended_reason, Call.request["customer"], Call.created_at)
        .where(Call.campaign_id == campaign_id)
        .order_by(Call.created_at, Call.id)
        .limit(MAX_CONTACTS)
    )
    return {
        str(call_id): {
            "status": status,
            **({"endedReason": reason} if reason else {}),
            "customer": customer,
            "createdAt": iso(created_at),
        }
        for call_id, status, reason, customer, created_at in await opened.execute(statement)
    }


def _counter(status: str, reason: str | None) -> str:
    if status == ENDED:
        return "EndedVoicemail" if reason == VOICEMAIL else "Ended"
    return {SCHEDULED: "Scheduled", QUEUED: "Queued"}.get(status, "InProgress")


def _camel(status: str) -> str:
    return {"predial-failed": "predialFailed"}.get(status, status)


def _shortened(told: dict[str, Any]) -> dict[str, Any]:
    plans = told.get("dialPlan") or [told]
    if sum(len(one.get("customers") or ()) for one in plans) <= _MOST_CUSTOMERS_LISTED:
        return told
    return {name: one for name, one in told.items() if name not in {"customers", "dialPlan"}}
