"""One step of a campaign: see what became of its calls, start the next ones.

A step may be taken twice. A contact is marked before its call is placed, and its call carries the
contact's id: after a crash the call is found again, or placed if it never was.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.engine import servers, telephony
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Missing, OverConcurrency
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import iso
from allokoli.engine.calls.models import ENDED as CALL_ENDED
from allokoli.engine.calls.models import Call
from allokoli.engine.calls.news import News
from allokoli.engine.calls.placing import place
from allokoli.engine.calls.server_messages import envelope
from allokoli.engine.campaigns import planning, service
from allokoli.engine.campaigns.announcing import Announcements
from allokoli.engine.campaigns.contacts import contact_told, customer_of
from allokoli.engine.campaigns.models import (
    COMPLETED,
    DISPATCHED,
    FAILED,
    PENDING,
    PREDIAL_FAILED,
    SKIPPED,
    CampaignContact,
)
from allokoli.engine.conversation.backstage import ServerFailed

CONTACT_ID = "campaignContactId"
SUCCESS = "campaign.ended.success"
NO_CARRIER = "call.start.error-get-transport"
NO_PLACE = "call.start.error-subscription-concurrency-limit-reached"
NOT_VALID = "call.start.error-get-resources-validation"
_BATCH = 50
_PREDIAL_TIMEOUT_S = 20.0
_PAUSE_S = 5.0
_AGAIN_S = 1.0
_TARGETS = (*planning.TARGETS, "assistantOverrides", "squadOverrides")
# Ends of calls that reached nobody, by no fault of the person called.
_FAULTS = ("error", "failed", "misdialed")

_log = structlog.get_logger()


@dataclass
class _Campaign:
    """A campaign during one step.

    Attributes:
        identity: acts for its organization.
        id: of the row.
        body: as stored, secrets included.
        news: for its server.
    """

    identity: Identity
    id: UUID
    body: dict[str, Any]
    news: Announcements

    @property
    def goes_on(self) -> bool:
        """Whether more people are to be called."""
        return self.body["status"] in {service.PLANNED, service.RUNNING}


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
        at_once = campaign.goes_on and await _dial(campaign, news)
        await _end_step(campaign, turn, _AGAIN_S if at_once else _PAUSE_S)
    finally:
        await campaign.news.send()


async def _begin(identity: Identity, campaign_id: UUID, turn: int) -> _Campaign | None:
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
    return _Campaign(identity, campaign_id, body, news)


async def _settle(campaign: _Campaign) -> None:
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


def _conclude(campaign: _Campaign, contact: CampaignContact, call: Call) -> None:
    reason = call.ended_reason or ""
    failed = call.started_at is None and any(one in reason for one in _FAULTS)
    contact.status = FAILED if failed else COMPLETED
    contact.ended_reason = call.ended_reason
    _tell(campaign, contact)


async def _dial(campaign: _Campaign, news: News) -> bool:
    """Place calls, as many as may run.

    Returns:
        Whether more may be placed at once.
    """
    _, latest = planning.window(campaign.body)
    if latest is not None and clock.now() > latest:
        await _give_up(campaign)
        return False
    most = int(campaign.body.get("maxConcurrency") or planning.DEFAULT_CONCURRENCY)
    async with session(campaign.identity) as opened:
        running = await _count(opened, campaign.id, DISPATCHED)
        statement = (
            select(CampaignContact)
            .where(CampaignContact.campaign_id == campaign.id, CampaignContact.status == PENDING)
            .order_by(CampaignContact.position)
            .limit(max(min(most - running, _BATCH), 0))
        )
        waiting = list(await opened.scalars(statement))
        refusals = await _refusals(opened, {one.phone_number_id for one in waiting})
    for contact in waiting:
        if not await _is_running(campaign):
            return False
        if refusal := refusals.get(contact.phone_number_id):
            await _fail(campaign, contact, NO_CARRIER, refusal)
        elif await _eligible(campaign, contact) and not await _place(campaign, contact, news):
            return False
    return bool(waiting)


async def _refusals(opened: AsyncSession, number_ids: set[UUID]) -> dict[UUID, str]:
    """Why some numbers cannot call anybody."""
    found: dict[UUID, str] = {}
    for number_id in number_ids:
        row = await opened.get(Resource, number_id)
        if row is None or row.kind != "phone-number":
            found[number_id] = "The phone number to call from does not exist any more."
        elif refusal := telephony.can_call(resources.whole_body(row)):
            found[number_id] = refusal
    return found


async def _is_running(campaign: _Campaign) -> bool:
    """Whether nobody stopped or removed it meanwhile."""
    try:
        async with session(campaign.identity) as opened:
            row = await resources.row(opened, CAMPAIGN, str(campaign.id))
    except Missing:
        return False
    campaign.body = {**campaign.body, "status": row.body["status"]}
    return campaign.goes_on


async def _eligible(campaign: _Campaign, contact: CampaignContact) -> bool:
    """Whether the campaign's server, if it is to be asked, lets a contact be called."""
    plan = campaign.body.get("predialPlan")
    if plan is None or plan.get("enabled") is False:
        return True
    fields = {"campaignId": str(campaign.id), "contact": contact_told(contact)}
    try:
        answer = await servers.ask(
            campaign.identity.organization,
            campaign.body.get("server") or {},
            envelope("campaign.predial", fields, {}),
            timeout_s=_PREDIAL_TIMEOUT_S,
        )
    except ServerFailed as failure:
        await _mark(campaign, contact, PREDIAL_FAILED, problem=str(failure))
        return False
    eligible = answer.get("eligible") if isinstance(answer, dict) else None
    if eligible is True:
        return True
    if eligible is False:
        await _mark(campaign, contact, SKIPPED)
    else:
        sentence = "The server's answer does not say whether the contact is eligible."
        await _mark(campaign, contact, PREDIAL_FAILED, problem=sentence)
    return False


async def _place(campaign: _Campaign, contact: CampaignContact, news: News) -> bool:
    """Place a contact's call.

    Returns:
        Whether others may be tried now; False when the organization has no place left.
    """
    body = {
        **{name: campaign.body[name] for name in _TARGETS if campaign.body.get(name)},
        "phoneNumberId": str(contact.phone_number_id),
        "customer": customer_of(contact),
        "name": str(campaign.body["name"])[:40],
        "metadata": {CONTACT_ID: str(contact.id)},
    }
    await _mark(campaign, contact, DISPATCHED)
    try:
        made = await place(campaign.identity, body, news, campaign_id=campaign.id)
    except OverConcurrency:
        await _mark(campaign, contact, PENDING)
        return False
    except AlloKoliError as error:
        await _fail(campaign, contact, NOT_VALID, error.message)
        return True
    async with session(campaign.identity) as opened:
        kept = await opened.get(CampaignContact, contact.id, with_for_update=True)
        if kept is not None:
            kept.call_id = contact.call_id = UUID(made["id"])
    _tell(campaign, contact)
    return True


async def _give_up(campaign: _Campaign) -> None:
    """Nobody else can be called in time."""
    async with session(campaign.identity) as opened:
        statement = select(CampaignContact).where(
            CampaignContact.campaign_id == campaign.id, CampaignContact.status == PENDING
        )
        waiting = list(await opened.scalars(statement.limit(planning.MAX_CONTACTS)))
        for contact in waiting:
            contact.status = FAILED
            contact.ended_reason = NO_PLACE
            contact.problem = "The campaign's latestAt came before a place was free."
    for contact in waiting:
        _tell(campaign, contact)


async def _fail(campaign: _Campaign, contact: CampaignContact, reason: str, problem: str) -> None:
    await _mark(campaign, contact, FAILED, reason=reason, problem=problem)


async def _mark(
    campaign: _Campaign,
    contact: CampaignContact,
    status: str,
    *,
    reason: str | None = None,
    problem: str | None = None,
) -> None:
    """Write down where a contact stands, at once: the next thing done may be a real call."""
    async with session(campaign.identity) as opened:
        kept = await opened.get(CampaignContact, contact.id, with_for_update=True)
        for one in (kept, contact):
            if one is not None:
                one.status, one.ended_reason, one.problem = status, reason, problem
                one.dispatched_at = clock.now() if status == DISPATCHED else None
    if status not in {DISPATCHED, PENDING}:
        _tell(campaign, contact)


def _tell(campaign: _Campaign, contact: CampaignContact) -> None:
    fields: dict[str, Any] = {"contact": contact_told(contact)}
    if contact.call_id is not None:
        fields["callId"] = str(contact.call_id)
    if contact.ended_reason is not None:
        fields["endedReason"] = contact.ended_reason
    campaign.news.add(f"contact.{contact.status}", **fields)


async def _end_step(campaign: _Campaign, turn: int, pause_s: float) -> None:
    """Queue the next step, or end the campaign."""
    try:
        async with session(campaign.identity) as opened:
            row = await resources.row(opened, CAMPAIGN, str(campaign.id), lock=True)
            body = dict(resources.whole_body(row))
            if body.get("turn") != turn:
                return
            running = await _count(opened, campaign.id, DISPATCHED)
            goes_on = body["status"] in {service.PLANNED, service.RUNNING}
            waiting = await _count(opened, campaign.id, PENDING) if goes_on else 0
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


async def _count(opened: AsyncSession, campaign_id: UUID, status: str) -> int:
    statement = (
        select(func.count())
        .select_from(CampaignContact)
        .where(CampaignContact.campaign_id == campaign_id, CampaignContact.status == status)
    )
    return await opened.scalar(statement) or 0
