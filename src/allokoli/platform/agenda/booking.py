"""Writes to the agenda. Whoever books holds the agenda's row, so that nobody books twice."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.blueprint.blueprint import Hours
from allokoli.core import clock, events
from allokoli.platform.agenda import repository, sectors
from allokoli.platform.agenda.asking import Found, Spot, Wanted
from allokoli.platform.agenda.models import Agenda, Booking, Resource
from allokoli.platform.agenda.opening import Opening
from allokoli.platform.agenda.slots import DAYS_AHEAD, DAYS_BACK, Search

# Without letters and digits that are taken for one another when they are said or read.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_LONGEST_STAY = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody books: an agenda, as one of its assistants sees it.

    Attributes:
        agenda: the row.
        zone: of the hours that are said.
        hours: of the assistant; None when its owner told none.
    """

    agenda: Agenda
    zone: ZoneInfo
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """For whom a booking is made; `phone` in E.164."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a booking comes from."""

    source: Literal["call", "owner"]
    assistant_id: UUID | None = None
    call_platform_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


async def look(
    opened: AsyncSession, place: Place, wanted: Wanted, *, moving: Booking | None = None
) -> Found:
    """Whether something is free, and what is near it.

    Args:
        opened: a session of the organization.
        place: where.
        wanted: what.
        moving: a booking that would leave its place for this one.
    """
    but = moving.id if moving else None
    search = await _search(opened, place, wanted, 1, 2, but)
    found = search.look(wanted)
    if found.free:
        return found
    # What is near is looked for in a span read only then.
    search = await _search(opened, place, wanted, DAYS_BACK + 1, DAYS_AHEAD + 2, but)
    return search.look(wanted)


async def book(
    opened: AsyncSession, place: Place, wanted: Wanted, spot: Spot, person: Person, origin: Origin
) -> Booking:
    """Write a booking at a spot found while the agenda was locked."""
    row = Booking(
        org_id=place.agenda.org_id,
        resource_id=spot.resource_id,
        reference=await _new_reference(opened),
        status="booked",
        starts_at=spot.start,
        ends_at=spot.end,
        free_at=spot.free_at,
        units=spot.units,
        party_size=wanted.people if wanted.people > 1 or spot.units > 1 else None,
        service=wanted.service,
        name=person.name,
        phone=person.phone,
        email=person.email,
        details=origin.details,
        source=origin.source,
        assistant_id=origin.assistant_id,
        call_platform_id=origin.call_platform_id,
        revision=0,
    )
    place.agenda.untouched = False
    opened.add(row)
    await opened.flush()
    await tell(opened, row)
    return row


async def move(opened: AsyncSession, row: Booking, spot: Spot, wanted: Wanted) -> None:
    """Move a booking to a spot found while the agenda was locked."""
    row.resource_id, row.units = spot.resource_id, spot.units
    row.starts_at, row.ends_at, row.free_at = spot.start, spot.end, spot.free_at
    row.party_size = wanted.people if wanted.people > 1 else row.party_size
    row.revision += 1
    await opened.flush()
    await tell(opened, row)


async def cancel(opened: AsyncSession, row: Booking) -> None:
    """Free the place of a booking; one that is cancelled stays so."""
    if row.status == "cancelled":
        return
    row.status = "cancelled"
    row.revision += 1
    await opened.flush()
    await tell(opened, row)


async def room_for_owner(
    opened: AsyncSession,
    place: Place,
    start: datetime,
    wanted: Wanted,
    *,
    resource_id: UUID | None,
    moving: Booking | None = None,
) -> Spot | None:
    """A spot at a moment whatever the hours, in the resource named or in any; None when full."""
    resources = await repository.resources(opened, active_only=resource_id is None)
    found = await repository.taken(
        opened,
        start - timedelta(days=1),
        start + _LONGEST_STAY,
        but=moving.id if moving else None,
    )
    search = Search(
        resources, Opening(place.zone), found, first=start, last=start.astimezone(place.zone).date()
    )
    for resource in resources:
        if resource_id in {None, resource.id}:
            spot = search.room_at(resource, start, wanted)
            if spot is not None:
                return spot
    return None


async def tell(opened: AsyncSession, row: Booking) -> None:
    """Tell whoever follows the organization that its agenda changed."""
    await events.publish(opened, f"org:{row.org_id}", event="booking", id=str(row.id))


async def resources_of(opened: AsyncSession) -> dict[UUID, Resource]:
    """Every resource by its id."""
    return {row.id: row for row in await repository.resources(opened)}


async def _search(
    opened: AsyncSession,
    place: Place,
    wanted: Wanted,
    days_before: int,
    days_after: int,
    but: UUID | None,
) -> Search:
    first_day = wanted.day - timedelta(days=days_before)
    last_day = wanted.day + timedelta(days=days_after)
    opening = Opening(
        place.zone,
        place.hours,
        sectors.defaults(place.agenda.sector).usual,
        await repository.exceptions_by_day(opened, first_day, last_day),
    )
    found = await repository.taken(
        opened,
        opening.instant(first_day, time()),
        opening.instant(last_day, time()) + timedelta(days=wanted.nights),
        but=but,
    )
    now = clock.now()
    return Search(
        await repository.resources(opened, active_only=True),
        opening,
        found,
        first=now + timedelta(minutes=place.agenda.notice_minutes),
        last=now.astimezone(place.zone).date() + timedelta(days=place.agenda.horizon_days),
    )


async def _new_reference(opened: AsyncSession) -> str:
    """Two letters and four digits, never given before in the organization."""
    while True:
        made = "".join(
            [
                *(secrets.choice(_LETTERS) for _ in range(2)),
                *(secrets.choice(_DIGITS) for _ in "1234"),
            ]
        )
        if not await repository.is_reference_used(opened, made):
            return made
