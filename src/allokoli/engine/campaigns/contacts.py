"""The contacts of a campaign, read."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import QueryParams

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import whole
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.listing import Listing, read_listing
from allokoli.engine.api.secrets import masked
from allokoli.engine.api.wire import iso
from allokoli.engine.calls.models import Call
from allokoli.engine.campaigns.models import STATUSES, CampaignContact

_DEFAULT_LIMIT = 50
_SORTS = ("position", "status")


@dataclass(frozen=True, slots=True)
class ContactListing:
    """Which contacts.

    Attributes:
        listing: the page.
        statuses: only these; all when empty.
        by_status: in the order of a contact's life rather than of dialing.
    """

    listing: Listing
    statuses: tuple[str, ...]
    by_status: bool


def read_contact_listing(query: QueryParams) -> ContactListing:
    """What a query string asks for.

    Raises:
        Invalid: unknown parameter or value.
    """
    statuses = [one for value in query.getlist("status") for one in value.split(",") if one]
    known = {f"contact.{one}": one for one in STATUSES}
    problems = [
        f"each value in status must be one of the following values: {', '.join(known)}"
        for one in statuses
        if one not in known
    ][:1]
    order = query.get("sortBy", _SORTS[0])
    if order not in _SORTS:
        problems.append(f"sortBy must be one of the following values: {', '.join(_SORTS)}")
    if problems:
        raise Invalid(problems)
    rest = [(name, one) for name, one in query.multi_items() if name in {"limit", "page"}]
    unknown = [name for name in query if name not in {"limit", "page", "status", "sortBy"}]
    if unknown:
        raise Invalid([f"property {name[:80]} should not exist" for name in unknown])
    if "limit" not in query:
        rest.append(("limit", str(_DEFAULT_LIMIT)))
    listing = read_listing(QueryParams(rest), paged=True)
    if listing.limit == 0:
        raise Invalid(["limit must not be less than 1"])
    return ContactListing(listing, tuple(known[one] for one in statuses), order == "status")


async def page(identity: Identity, campaign_id: str, asked: ContactListing) -> dict[str, Any]:
    """A page of a campaign's contacts, with what became of each.

    Raises:
        Invalid: the id is not one.
        Missing: there is no such campaign.
    """
    async with session(identity) as opened:
        row = await resources.row(opened, CAMPAIGN, campaign_id)
        found = CampaignContact.campaign_id == row.id
        if asked.statuses:
            found &= CampaignContact.status.in_(asked.statuses)
        total = await opened.scalar(select(func.count()).select_from(CampaignContact).where(found))
        life = case(
            {one: index for index, one in enumerate(STATUSES)}, value=CampaignContact.status
        )
        order = [life] if asked.by_status else []
        statement = (
            select(CampaignContact, Call.ended_reason)
            .outerjoin(Call, Call.id == CampaignContact.call_id)
            .where(found)
            .order_by(*order, CampaignContact.position)
            .limit(asked.listing.limit)
            .offset(asked.listing.offset)
        )
        rows = (await opened.execute(statement)).all()
    metadata = asked.listing.metadata(total or 0)
    return {
        "results": [_with_outcome(contact, reason) for contact, reason in rows],
        "metadata": {**metadata, "sortOrder": "ASC"},
    }


async def of(opened: AsyncSession, row_id: Any) -> list[CampaignContact]:
    """All contacts of a campaign, in order."""
    statement = select(CampaignContact).where(CampaignContact.campaign_id == row_id)
    return list(await opened.scalars(statement.order_by(CampaignContact.position)))


def contact_told(contact: CampaignContact) -> dict[str, Any]:
    """Vapi's CampaignContact, for the campaign's server."""
    customer = customer_of(contact)
    names = ("name", "assistantOverrides", "squadOverrides", "externalId", "email")
    told = {
        "id": str(contact.id),
        "campaignId": str(contact.campaign_id),
        "orgId": str(contact.org_id),
        "number": customer.get("number") or customer.get("sipUri"),
        "createdAt": iso(contact.created_at),
        **{name: customer.get(name) for name in names},
    }
    shown: dict[str, Any] = masked({name: one for name, one in told.items() if one is not None})
    return shown


def customer_of(contact: CampaignContact) -> dict[str, Any]:
    """The person as the campaign's owner gave them."""
    return whole(contact.customer, contact.secrets_sealed)


def _with_outcome(contact: CampaignContact, reason: str | None) -> dict[str, Any]:
    told = {
        "id": str(contact.id),
        "number": contact.customer.get("number") or contact.customer.get("sipUri"),
        "name": contact.customer.get("name"),
        "status": f"contact.{contact.status}",
        "callId": str(contact.call_id) if contact.call_id else None,
        "dispatchedAt": iso(contact.dispatched_at),
        "endedReason": reason or contact.ended_reason,
        "error": contact.problem,
    }
    return {name: value for name, value in told.items() if value is not None}
