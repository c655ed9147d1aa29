"""Bookings as the owner makes and changes them: hours do not bind the owner, capacity does."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import get_args
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.errors import Conflict, InvalidInput, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.agenda import booking, repository
from allokoli.platform.agenda.asking import Wanted
from allokoli.platform.agenda.booking import Origin, Person, Place
from allokoli.platform.agenda.models import Booking, BookingStatus
from allokoli.platform.agenda.opening import Opening
from allokoli.platform.agenda.schemas import (
    BookingCreate,
    BookingFilters,
    BookingRead,
    BookingUpdate,
)
from allokoli.platform.agenda.service import place_of, resource_of
from allokoli.platform.pagination import Page

_FARTHEST = timedelta(days=731)
_EVERY = get_args(BookingStatus)
_FULL = "Il n’y a plus de place à cette heure."


async def list_bookings(
    opened: AsyncSession, filters: BookingFilters, *, cursor: str | None = None, limit: int = 50
) -> Page[BookingRead]:
    """Bookings, the last made first."""
    rows, next_cursor = await repository.booking_page(opened, filters, cursor, limit)
    return Page(data=[BookingRead.model_validate(row) for row in rows], next_cursor=next_cursor)


async def bookings_of_span(
    opened: AsyncSession, after: datetime, before: datetime
) -> Sequence[Booking]:
    """Every booking that touches a span, cancelled ones too, in the order they begin."""
    return await repository.bookings_between(opened, after, before, statuses=_EVERY)


async def get_booking(opened: AsyncSession, booking_id: UUID, *, lock: bool = False) -> Booking:
    """One booking.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await repository.booking(opened, booking_id, lock=lock)
    if row is None:
        raise NotFound("Cette réservation n’existe pas.")
    return row


async def create_booking(
    opened: AsyncSession, identity: Identity, wanted: BookingCreate
) -> Booking:
    """Book for somebody; opening hours do not bind the owner, capacity does.

    Raises:
        NotFound: no such resource.
        Conflict: no place is left.
        InvalidInput: an hour that day does not have, or longer ago or ahead than two years.
    """
    if wanted.resource_id is not None:
        await resource_of(opened, wanted.resource_id)
    place = await place_of(opened, identity, lock=True)
    asked = Wanted(wanted.date, wanted.time, wanted.party_size or 1, wanted.service, wanted.nights)
    start = _start(place, wanted.date, wanted.time)
    spot = await booking.room_for_owner(opened, place, start, asked, resource_id=wanted.resource_id)
    if spot is None:
        raise Conflict(_FULL)
    person = Person(wanted.name, wanted.phone, wanted.email)
    origin = Origin("owner", details=dict(wanted.details))
    return await booking.book(opened, place, asked, spot, person, origin)


async def update_booking(
    opened: AsyncSession, identity: Identity, booking_id: UUID, changes: BookingUpdate
) -> Booking:
    """Change a booking.

    Raises:
        NotFound: none, or another organization's.
        Conflict: no place is left where it should go.
        InvalidInput: as in `create_booking`.
    """
    place = await place_of(opened, identity, lock=True)
    row = await get_booking(opened, booking_id, lock=True)
    given = changes.model_dump(exclude_unset=True)
    for name in ("phone", "email"):
        if name in given:
            setattr(row, name, given[name])
    for name in ("name", "service"):
        if given.get(name) is not None:
            setattr(row, name, given[name])
    stood = row.status == "booked"
    if changes.status is not None:
        row.status = changes.status
    stands = row.status == "booked"
    if stands and (not stood or any(given.get(one) for one in ("date", "time", "party_size"))):
        await _put(opened, place, row, changes)
    row.revision += 1
    await opened.flush()
    await booking.tell(opened, row)
    await opened.refresh(row)
    return row


async def cancel_booking(opened: AsyncSession, identity: Identity, booking_id: UUID) -> Booking:
    """Cancel a booking; it stays to be seen.

    Raises:
        NotFound: none, or another organization's.
    """
    await place_of(opened, identity, lock=True)
    row = await get_booking(opened, booking_id, lock=True)
    await booking.cancel(opened, row)
    await opened.refresh(row)
    return row


async def _put(opened: AsyncSession, place: Place, row: Booking, changes: BookingUpdate) -> None:
    local = row.starts_at.astimezone(place.zone)
    asked = Wanted(
        changes.date or local.date(),
        changes.time or local.time(),
        changes.party_size or row.party_size or 1,
        row.service,
        max(1, (row.ends_at - row.starts_at).days + 1),
    )
    start = _start(place, asked.day, asked.at or local.time())
    for resource_id in (row.resource_id, None):
        spot = await booking.room_for_owner(
            opened, place, start, asked, resource_id=resource_id, moving=row
        )
        if spot is not None:
            await booking.move(opened, row, spot, asked)
            return
    raise Conflict(_FULL)


def _start(place: Place, day: date, at: time) -> datetime:
    """A local day and hour as a moment.

    Raises:
        InvalidInput: clocks skip that hour, or it is too far away.
    """
    opening = Opening(place.zone)
    if not opening.exists(day, at):
        raise InvalidInput("Cette heure n’existe pas ce jour-là : on change d’heure.")
    if abs(day - clock.now().date()) > _FARTHEST:
        raise InvalidInput("Cette date est trop éloignée.")
    return opening.instant(day, at)
