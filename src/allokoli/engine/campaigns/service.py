"""Campaigns: planned, read, stopped and removed."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, refuse
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.listing import Listing
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import iso
from allokoli.engine.campaigns import planning, shown
from allokoli.engine.campaigns.announcing import Announcements
from allokoli.engine.campaigns.planning import add_contacts, with_source

PLANNED, RUNNING = "scheduled", "in-progress"
ENDED = "ended"
_STOPPED = {
    PLANNED: "campaign.scheduled.ended-by-user",
    RUNNING: "campaign.in-progress.ended-by-user",
}


async def create(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """Plan a campaign; its first step is queued for the time its plan says.

    Raises:
        Invalid: what is wrong with it.
    """
    async with session(identity) as opened:
        asked = await with_source(opened, body)
        refuse(CAMPAIGN.problems(asked) or planning.problems(asked))
        managed = {"status": PLANNED, "turn": 0, "maxConcurrency": planning.DEFAULT_CONCURRENCY}
        managed = {name: asked.get(name, one) for name, one in managed.items()}
        row = await resources.insert(opened, identity, CAMPAIGN, asked, managed=managed)
        add_contacts(opened, row, resources.whole_body(row))
        await opened.flush()
        earliest, _ = planning.window(asked)
        now = clock.now()
        await queue_step(opened, row, max(((earliest or now) - now).total_seconds(), 0))
        return await shown.whole(opened, row)


async def listed(identity: Identity, listing: Listing) -> dict[str, Any]:
    """A page of campaigns, as the first version shows them."""
    page = await resources.listed_page(identity, CAMPAIGN, listing)
    async with session(identity) as opened:
        return {**page, "results": await shown.listed(opened, page["results"])}


async def summarized(identity: Identity, listing: Listing, *, counted: bool) -> dict[str, Any]:
    """A page of campaigns, as the second version shows them."""
    page = await resources.listed_page(identity, CAMPAIGN, listing)
    async with session(identity) as opened:
        results = await shown.summaries(opened, page["results"], counted=counted)
        return {**page, "results": results}


async def get(identity: Identity, campaign_id: str) -> dict[str, Any]:
    """One campaign with its calls.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        return await shown.whole(opened, await resources.row(opened, CAMPAIGN, campaign_id))


async def summary(identity: Identity, campaign_id: str, *, counted: bool) -> dict[str, Any]:
    """One campaign, as the second version shows it.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await resources.row(opened, CAMPAIGN, campaign_id)
        told = resources.shown(CAMPAIGN, row)
        return (await shown.summaries(opened, [told], counted=counted))[0]


async def update(identity: Identity, campaign_id: str, patch: dict[str, Any]) -> dict[str, Any]:
    """Stop a campaign, rename it, or change what it will do while it has not begun.

    Raises:
        Invalid: the id, another property, or a change that comes too late.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await resources.row(opened, CAMPAIGN, campaign_id, lock=True)
        before = resources.whole_body(row)
        stopping = patch.get("status")
        rest = {name: one for name, one in patch.items() if name != "status"}
        if stopping is not None and before["status"] not in _STOPPED:
            raise Invalid([f"status: Campaign is {before['status']} and cannot be stopped"])
        if set(rest) - {"name"} and before["status"] != PLANNED:
            raise Invalid(["Only name and status can be changed once a campaign has begun"])
        await resources.change(opened, CAMPAIGN, row, patch)
        after = dict(resources.whole_body(row))
        if stopping is not None:
            after["endedReason"] = _STOPPED[before["status"]]
            await resources.keep(opened, row, after)
        elif rest:
            refuse(planning.problems(after) if set(rest) - {"name"} else [])
            await _replan(opened, row, before, after)
        told = await shown.whole(opened, row)
    if stopping is not None:
        news = Announcements(row.org_id, after, row.id)
        news.add(f"campaign.{stopping}")
        await news.send()
    return told


async def delete(identity: Identity, campaign_id: str) -> dict[str, Any]:
    """Remove a campaign and its contacts; calls that were made stay.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await resources.row(opened, CAMPAIGN, campaign_id, lock=True)
        told = await shown.whole(opened, row)
        await opened.delete(row)
        return told


async def queue_step(opened: AsyncSession, row: Resource, delay_s: float) -> None:
    """Have a campaign's next step taken; the ones queued before no longer count.

    Args:
        opened: the session that holds the row.
        row: the campaign.
        delay_s: from now, in seconds.
    """
    from datetime import timedelta

    from allokoli.engine.campaigns.tasks import run_campaign

    body = dict(resources.whole_body(row))
    body["turn"] = int(body.get("turn") or 0) + 1
    body["nextAt"] = iso(clock.now() + timedelta(seconds=delay_s))
    await resources.keep(opened, row, body)
    await jobs.defer(
        opened,
        run_campaign,
        delay_s=delay_s,
        lock=f"campaign:{row.id}",
        org_id=str(row.org_id),
        campaign_id=str(row.id),
        turn=body["turn"],
    )


async def _replan(
    opened: AsyncSession, row: Resource, before: dict[str, Any], after: dict[str, Any]
) -> None:
    from sqlalchemy import delete as delete_from

    from allokoli.engine.campaigns.models import CampaignContact

    if list(planning.audience(before)) != list(planning.audience(after)):
        await opened.execute(
            delete_from(CampaignContact).where(CampaignContact.campaign_id == row.id)
        )
        add_contacts(opened, row, after)
        await opened.flush()
    if before.get("schedulePlan") != after.get("schedulePlan"):
        earliest, _ = planning.window(after)
        now = clock.now()
        await queue_step(opened, row, max(((earliest or now) - now).total_seconds(), 0))
