"""One step of a campaign: see what became of its calls, start the next ones.

A step may be taken twice. A contact is marked before its call is placed, and its call carries the
contact's id: after a crash the call is found again, or placed if it never was.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.wire import iso
from allokoli.engine.calls.models import ENDED as CALL_ENDED
from allokoli.engine.calls.models import Call
from allokoli.engine.calls.news import News
from allokoli.engine.campaigns import service
from allokoli.engine.campaigns.announcing import Announcements
from allokoli.engine.campaigns.dialing import CONTACT_ID, dial
from allokoli.engine.campaigns.models import (
    COMPLETED,
    DISPATCHED,
    FAILED,
    PENDING,
    SKIPPED,
    CampaignContact,
)
from allokoli.engine.campaigns.progress import Campaign, count, tell

SUCCESS = "campaign.ended.success"
_PAUSE_S = 5.0
_AGAIN_S = 1.0
# Ends of calls that reached nobody, by no fault of the person called.
_FAULTS = ("error", "failed", "misdialed")


async def step(identity: Identity, campaign_id: UUID, turn: int, news: News) -> None:
    """Take a step of a campaign, and queue the next while there is something left to do.

    Args:
        identity: acts for the organization.
        campaign_id: the campaign; one that is gone is left alone.
        turn: of the step; another than the campaign's current one is an echo, and ignored.
        news: tells of written calls.
    """
    campaign = await _begin(identity, campaign_id, turn)
    if campaign is None:
        return
    try:
        await _settle(campaign)
        at_once = campaign.goes_on and await dial(campaign, news)
        await _end_step(campaign, turn, _AGAIN_S if at_once else _PAUSE_S)
    finally:
        await campaign.news.send()


async def _begin(identity: Identity, campaign_id: UUID, turn: int) -> Campaign | None:
    try:
        async with session(identity) as opened:
            row = await resources.row(opened, CAMPAIGN, str(campaign_id), lock=True)
            body = dict(resources.whole_body(row))
            if body.get("turn") != turn:
                return None
            news = Announcements(identity.organization, body, campaign_id)
            if body["status"] == service.PLANNED:
                body |= {"status": service.RUNNING, "startedAt": iso(clock.now())}
                await resources.keep(opened, row, body)
                news.add("campaign.started")
    except Missing:
        return None
    return Campaign(identity, campaign_id, body, news)


async def _settle(campaign: Campaign) -> None:
    """See what became of the calls that were placed."""
    async with session(campaign.identity) as opened:
        statement = (
            select(CampaignContact)
            .where(CampaignContact.campaign_id == campaign.id, CampaignContact.status == DISPATCHED)
            .order_by(CampaignContact.position)
            .with_for_update()
        )
        for contact in await opened.scalars(statement):
            call = await _call_of(opened, contact)
            if call is None:
                # Marked, but never placed; or its call was deleted since.
                contact.status = SKIPPED if contact.call_id else PENDING
            else:
                contact.call_id = call.id
                if call.status == CALL_ENDED:
                    _conclude(campaign, contact, call)


async def _call_of(opened: AsyncSession, contact: CampaignContact) -> Call | None:
    if contact.call_id is not None:
        return await opened.get(Call, contact.call_id)
    statement = select(Call).where(
        Call.campaign_id == contact.campaign_id,
        Call.request["metadata"][CONTACT_ID].astext == str(contact.id),
    )
    return (await opened.scalars(statement.limit(1))).first()


def _conclude(campaign: Campaign, contact: CampaignContact, call: Call) -> None:
    reason = call.ended_reason or ""
    failed = call.started_at is None and any(one in reason for one in _FAULTS)
    contact.status = FAILED if failed else COMPLETED
    contact.ended_reason = call.ended_reason
    tell(campaign, contact)


async def _end_step(campaign: Campaign, turn: int, pause_s: float) -> None:
    """Queue the next step, or end the campaign."""
    try:
        async with session(campaign.identity) as opened:
            row = await resources.row(opened, CAMPAIGN, str(campaign.id), lock=True)
            body = dict(resources.whole_body(row))
            if body.get("turn") != turn:
                return
            running = await count(opened, campaign.id, DISPATCHED)
            goes_on = body["status"] in {service.PLANNED, service.RUNNING}
            waiting = await count(opened, campaign.id, PENDING) if goes_on else 0
            if running or waiting:
                await service.queue_step(opened, row, pause_s)
                return
            body |= {"nextAt": None}
            if goes_on:
                body |= {"status": service.ENDED, "endedReason": SUCCESS}
                campaign.news.add("campaign.ended")
            await resources.keep(opened, row, body)
    except Missing:
        return
