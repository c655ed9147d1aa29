"""What a campaign may be, and whom it calls."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.security.sealed_json import part
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import as_uuid, moment
from allokoli.engine.campaigns.models import PENDING, CampaignContact

MAX_CONTACTS = 10_000
DEFAULT_CONCURRENCY = 10
MAX_CONCURRENCY = 1_000
TARGETS = ("assistantId", "workflowId", "squadId")
# Properties the engine keeps with a campaign for itself: the number of its current step, when the
# next one is due, when the first one was.
INNER = frozenset({"turn", "nextAt", "startedAt"})


async def with_source(opened: AsyncSession, body: dict[str, Any]) -> dict[str, Any]:
    """A request for a campaign, completed by the one it duplicates.

    Raises:
        Invalid: that one does not exist.
    """
    source_id = body.get("duplicateFromCampaignId")
    if source_id is None:
        return body
    if not isinstance(source_id, str):
        raise Invalid(["duplicateFromCampaignId must be a string"])
    try:
        source = resources.whole_body(await resources.row(opened, CAMPAIGN, source_id))
    except (Missing, Invalid):
        raise Invalid(
            [f"duplicateFromCampaignId: Campaign {source_id[:80]} does not exist"]
        ) from None
    # A plan of the past starts nothing.
    left_out = {"schedulePlan", "duplicateFromCampaignId", *CAMPAIGN.managed, *INNER}
    if any(body.get(name) for name in TARGETS):
        left_out |= set(TARGETS)
    if body.get("dialPlan"):
        left_out |= {"phoneNumberId", "customers"}
    elif body.get("phoneNumberId") or body.get("customers"):
        left_out |= {"dialPlan"}
    return {**{name: one for name, one in source.items() if name not in left_out}, **body}


def problems(body: dict[str, Any]) -> list[str]:
    """What is wrong with a campaign of the right shape."""
    found = []
    if len([name for name in TARGETS if body.get(name)]) != 1:
        found.append(f"exactly one of {', '.join(TARGETS)} must be given")
    if body.get("dialPlan") and (body.get("phoneNumberId") or body.get("customers")):
        found.append("dialPlan cannot be given together with phoneNumberId or customers")
    if not body.get("dialPlan") and not (body.get("phoneNumberId") and body.get("customers")):
        found.append("phoneNumberId and customers, or dialPlan, should not be empty")
    people = list(audience(body))
    if not found and not 1 <= len(people) <= MAX_CONTACTS:
        found.append(f"customers must contain 1 to {MAX_CONTACTS} elements")
    for position, (_, customer) in enumerate(people[:MAX_CONTACTS]):
        if not (customer.get("number") or customer.get("sipUri")):
            found.append(f"customers.{position}.number should not be empty")
            break
    plan = body.get("predialPlan")
    asks_first = plan is not None and plan.get("enabled") is not False
    if asks_first and not (body.get("server") or {}).get("url"):
        found.append("server should not be empty when predialPlan is given")
    if (body.get("maxConcurrency") or 1) > MAX_CONCURRENCY:
        found.append(f"maxConcurrency must not be greater than {MAX_CONCURRENCY}")
    return found + _window_problems(body.get("schedulePlan"))


def audience(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whom a campaign calls, in order, each with the number to call from."""
    entries = body.get("dialPlan") or [
        {"phoneNumberId": body.get("phoneNumberId"), "customers": body.get("customers")}
    ]
    for entry in entries:
        for customer in entry.get("customers") or ():
            yield str(entry.get("phoneNumberId")), customer


def add_contacts(opened: AsyncSession, row: Resource, body: dict[str, Any]) -> None:
    """Write down whom a campaign calls."""
    for position, (number_id, customer) in enumerate(audience(body)):
        clear, sealed = part(customer)
        opened.add(
            CampaignContact(
                org_id=row.org_id,
                campaign_id=row.id,
                position=position,
                phone_number_id=as_uuid(number_id),
                customer=clear,
                secrets_sealed=sealed,
                status=PENDING,
                created_at=row.created_at,
            )
        )


def window(body: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """When a campaign may call: from, and until; None where its plan does not say."""
    plan = body.get("schedulePlan") or {}
    return moment(plan.get("earliestAt")), moment(plan.get("latestAt"))


def _window_problems(plan: dict[str, Any] | None) -> list[str]:
    if plan is None:
        return []
    earliest, latest = window({"schedulePlan": plan})
    found = []
    if earliest is None:
        found.append("schedulePlan.earliestAt must be a valid ISO 8601 date string")
    if plan.get("latestAt") is not None and latest is None:
        found.append("schedulePlan.latestAt must be a valid ISO 8601 date string")
    if latest is not None and (latest <= clock.now() or (earliest and latest <= earliest)):
        found.append("schedulePlan.latestAt must be after schedulePlan.earliestAt and now")
    return found
