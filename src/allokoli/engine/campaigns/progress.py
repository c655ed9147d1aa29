"""A campaign during one step, and where its contacts stand."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.campaigns import service
from allokoli.engine.campaigns.announcing import Announcements
from allokoli.engine.campaigns.contacts import contact_told
from allokoli.engine.campaigns.models import DISPATCHED, FAILED, PENDING, CampaignContact


@dataclass
class Campaign:
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


async def fail(campaign: Campaign, contact: CampaignContact, reason: str, problem: str) -> None:
    """Write down that a contact could not be called.

    Args:
        campaign: in its step.
        contact: who.
        reason: Vapi's `endedReason`.
        problem: a sentence for the owner.
    """
    await mark(campaign, contact, FAILED, reason=reason, problem=problem)


async def mark(
    campaign: Campaign,
    contact: CampaignContact,
    status: str,
    *,
    reason: str | None = None,
    problem: str | None = None,
) -> None:
    """Write down where a contact stands, at once: the next thing done may be a real call.

    Args:
        campaign: in its step.
        contact: who.
        status: one of `models`.
        reason: Vapi's `endedReason`, once there is one.
        problem: a sentence for the owner, when it went wrong.
    """
    async with session(campaign.identity) as opened:
        kept = await opened.get(CampaignContact, contact.id, with_for_update=True)
        for one in (kept, contact):
            if one is not None:
                one.status, one.ended_reason, one.problem = status, reason, problem
                one.dispatched_at = clock.now() if status == DISPATCHED else None
    if status not in {DISPATCHED, PENDING}:
        tell(campaign, contact)


def tell(campaign: Campaign, contact: CampaignContact) -> None:
    """Have the campaign's server told where a contact stands."""
    fields: dict[str, Any] = {"contact": contact_told(contact)}
    if contact.call_id is not None:
        fields["callId"] = str(contact.call_id)
    if contact.ended_reason is not None:
        fields["endedReason"] = contact.ended_reason
    campaign.news.add(f"contact.{contact.status}", **fields)


async def count(opened: AsyncSession, campaign_id: UUID, status: str) -> int:
    """How many contacts of a campaign stand so."""
    statement = (
        select(func.count())
        .select_from(CampaignContact)
        .where(CampaignContact.campaign_id == campaign_id, CampaignContact.status == status)
    )
    return await opened.scalar(statement) or 0
