"""Places a campaign's calls: asks its server about each contact, and dials as many as may run."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.engine import servers, telephony
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Missing, OverConcurrency
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.models import Resource
from allokoli.engine.calls.news import News
from allokoli.engine.calls.placing import place
from allokoli.engine.calls.server_messages import envelope
from allokoli.engine.campaigns import planning
from allokoli.engine.campaigns.contacts import contact_told, customer_of
from allokoli.engine.campaigns.models import (
    DISPATCHED,
    FAILED,
    PENDING,
    PREDIAL_FAILED,
    SKIPPED,
    CampaignContact,
)
from allokoli.engine.campaigns.progress import Campaign, count, fail, mark, tell
from allokoli.engine.conversation.backstage import ServerFailed

CONTACT_ID = "campaignContactId"
NO_CARRIER = "call.start.error-get-transport"
NO_PLACE = "call.start.error-subscription-concurrency-limit-reached"
NOT_VALID = "call.start.error-get-resources-validation"
_BATCH = 50
_PREDIAL_TIMEOUT_S = 20.0
_TARGETS = (*planning.TARGETS, "assistantOverrides", "squadOverrides")


async def dial(campaign: Campaign, news: News) -> bool:
    """Place calls, as many as may run.

    Args:
        campaign: in its step.
        news: tells of written calls.

    Returns:
        Whether more may be placed at once.
    """
    _, latest = planning.window(campaign.body)
    if latest is not None and clock.now() > latest:
        await _give_up(campaign)
        return False
    most = int(campaign.body.get("maxConcurrency") or planning.DEFAULT_CONCURRENCY)
    async with session(campaign.identity) as opened:
        running = await count(opened, campaign.id, DISPATCHED)
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
            await fail(campaign, contact, NO_CARRIER, refusal)
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


async def _is_running(campaign: Campaign) -> bool:
    """Whether nobody stopped or removed it meanwhile."""
    try:
        async with session(campaign.identity) as opened:
            row = await resources.row(opened, CAMPAIGN, str(campaign.id))
    except Missing:
        return False
    campaign.body = {**campaign.body, "status": row.body["status"]}
    return campaign.goes_on


async def _eligible(campaign: Campaign, contact: CampaignContact) -> bool:
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
        await mark(campaign, contact, PREDIAL_FAILED, problem=str(failure))
        return False
    eligible = answer.get("eligible") if isinstance(answer, dict) else None
    if eligible is True:
        return True
    if eligible is False:
        await mark(campaign, contact, SKIPPED)
    else:
        sentence = "The server's answer does not say whether the contact is eligible."
        await mark(campaign, contact, PREDIAL_FAILED, problem=sentence)
    return False


async def _place(campaign: Campaign, contact: CampaignContact, news: News) -> bool:
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
    await mark(campaign, contact, DISPATCHED)
    try:
        made = await place(campaign.identity, body, news, campaign_id=campaign.id)
    except OverConcurrency:
        await mark(campaign, contact, PENDING)
        return False
    except AlloKoliError as error:
        await fail(campaign, contact, NOT_VALID, error.message)
        return True
    async with session(campaign.identity) as opened:
        kept = await opened.get(CampaignContact, contact.id, with_for_update=True)
        if kept is not None:
            kept.call_id = contact.call_id = UUID(made["id"])
    tell(campaign, contact)
    return True


async def _give_up(campaign: Campaign) -> None:
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
        tell(campaign, contact)
