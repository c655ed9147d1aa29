"""The agenda's functions, one each; every one of them runs inside a transaction of its caller."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.blueprint import agenda_tools
from allokoli.core import clock
from allokoli.dialogue.text import fold
from allokoli.platform import throttle
from allokoli.platform.agenda import booking, confirmations, repository
from allokoli.platform.agenda.arguments import (
    BookSlot,
    CancelBooking,
    ChangeBooking,
    FindBooking,
    FindSlots,
    SendConfirmation,
)
from allokoli.platform.agenda.asked import Caller
from allokoli.platform.agenda.asking import Found, Wanted
from allokoli.platform.agenda.booking import Origin, Person, Place
from allokoli.platform.agenda.contacts import email_of, phone_of
from allokoli.platform.agenda.models import Booking
from allokoli.platform.agenda.service import slots_shown

MOST_BOOKINGS_OF_A_CALL = 5
MOST_COMING_OF_A_PHONE = 5
_MOST_SHOWN = 3
_MOST_REMEMBERED = 200
_HOUR_S = 3600
# In an hour, of the whole organization, whatever the number of calls.
_MOST_BOOKED, _MOST_SEARCHED = 300, 300
# Of one phone number, in a day: bookings and changes.
_MOST_OF_A_PHONE, _DAY_S = 20, 86_400
_REHEARSED_REFERENCE = "AA2222"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a function works: a transaction, an agenda, and who asks.

    Attributes:
        opened: a session of the organization; what writes holds the agenda's lock in it.
        place: the agenda.
        caller: who asks.
    """

    opened: AsyncSession
    place: Place
    caller: Caller


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function gives, and the bookings its caller has seen by it."""

    result: dict[str, Any]
    shown: tuple[UUID, ...] = ()


Function = Callable[[Desk, Any], Awaitable[Answer]]


async def find_slots(desk: Desk, given: FindSlots) -> Answer:
    """Whether something is free, and what is near it."""
    found = await booking.look(desk.opened, desk.place, given.wanted())
    return Answer(slots_shown(found, desk.place).model_dump(mode="json"))


async def book_slot(desk: Desk, given: BookSlot) -> Answer:
    """Book, unless it is taken, or the caller has booked too much."""
    person = Person(given.name, _phone(desk, given.phone), email_of(given.email or ""))
    wanted = given.wanted()
    found = await booking.look(desk.opened, desk.place, wanted)
    made = await repository.of_call(desk.opened, desk.caller.call_id)
    again = _same(made, wanted, person, desk.place)
    if again is not None:
        return _booked(again)
    if len(made) >= MOST_BOOKINGS_OF_A_CALL or await _has_many(desk, person.phone):
        return Answer({"booked": False, "slots": [], "reason": "too_many"})
    if found.spot is None or not await _is_exact(desk, wanted, found):
        return _not_booked(desk, found)
    await _count(desk, person.phone)
    origin = Origin(
        "call", desk.caller.assistant_id, desk.caller.call_id or None, dict(given.details)
    )
    row = await booking.book(desk.opened, desk.place, wanted, found.spot, person, origin)
    return _booked(row)


async def find_booking(desk: Desk, given: FindBooking) -> Answer:
    """The coming bookings of the very phone number given, those of the name and day first."""
    phone = _phone(desk, given.phone)
    if phone is None:
        return Answer({"bookings": []})
    bucket = f"agenda-search:{desk.place.agenda.org_id}"
    await throttle.check(desk.opened, bucket, limit=_MOST_SEARCHED, window_s=_HOUR_S)
    await throttle.note(desk.opened, bucket)
    rows = await repository.coming_of_phone(desk.opened, phone, clock.now(), _MOST_REMEMBERED)
    zone, name = desk.place.zone, fold(given.name or "")
    ranked = sorted(
        rows,
        key=lambda row: (
            given.date is not None and row.starts_at.astimezone(zone).date() != given.date,
            bool(name) and name not in fold(row.name) and fold(row.name) not in name,
        ),
    )[:_MOST_SHOWN]
    shown = [_shown(row, desk.place) for row in ranked]
    return Answer({"bookings": shown}, tuple(row.id for row in ranked))


async def change_booking(desk: Desk, given: ChangeBooking) -> Answer:
    """Move one of the caller's own bookings, where there is room."""
    row = await _own(desk, given.id)
    if row is None:
        return _changed_nothing(desk, given.id)
    await _count(desk, row.phone)
    local = row.starts_at.astimezone(desk.place.zone)
    wanted = Wanted(
        given.date,
        given.time or local.time(),
        given.party_size or row.party_size or 1,
        row.service,
        max(1, (row.ends_at.date() - row.starts_at.date()).days),
    )
    found = await booking.look(desk.opened, desk.place, wanted, moving=row)
    if found.spot is None:
        return _not_booked(desk, found)
    await booking.move(desk.opened, row, found.spot, wanted)
    return _booked(row)


async def cancel_booking(desk: Desk, given: CancelBooking) -> Answer:
    """Cancel one of the caller's own bookings."""
    row = await _own(desk, given.id)
    if row is None:
        return Answer({"cancelled": desk.caller.rehearsal})
    await booking.cancel(desk.opened, row)
    return Answer({"cancelled": True}, (row.id,))


async def send_confirmation(desk: Desk, given: SendConfirmation) -> Answer:
    """Queue a written confirmation of one of the caller's own bookings."""
    row = await _own(desk, given.id)
    if row is None:
        if desk.caller.rehearsal:
            return Answer({"sent": True})
        return Answer({"sent": False, "reason": "unknown_booking"})
    email = given.channel == "email"
    to = email_of(given.to) if email else phone_of(given.to, desk.caller.country)
    if to is None:
        return Answer({"sent": False, "reason": "invalid_address"})
    reason = await confirmations.ask(desk.opened, row, given.channel, to, desk.caller.language)
    return Answer({"sent": True} if reason is None else {"sent": False, "reason": reason})


FUNCTIONS: Mapping[str, tuple[type[Any], Function]] = {
    agenda_tools.FIND_SLOTS: (FindSlots, find_slots),
    agenda_tools.BOOK_SLOT: (BookSlot, book_slot),
    agenda_tools.FIND_BOOKING: (FindBooking, find_booking),
    agenda_tools.CHANGE_BOOKING: (ChangeBooking, change_booking),
    agenda_tools.CANCEL_BOOKING: (CancelBooking, cancel_booking),
    agenda_tools.SEND_CONFIRMATION: (SendConfirmation, send_confirmation),
}
"""Each function with what it takes."""
READING = frozenset({agenda_tools.FIND_SLOTS, agenda_tools.FIND_BOOKING})
"""Those that change nothing."""


def _phone(desk: Desk, given: str | None) -> str | None:
    """The number a caller said, else that of their line."""
    return phone_of(given or desk.caller.number or "", desk.caller.country)


async def _own(desk: Desk, booking_id: UUID) -> Booking | None:
    """A coming booking this caller may touch: seen in this call, or made from the same line."""
    row = await repository.booking(desk.opened, booking_id, lock=True)
    if row is None or row.status != "booked" or row.ends_at <= clock.now():
        return None
    if row.phone is not None and row.phone == _phone(desk, None):
        return row
    caller = desk.caller
    seen = set(caller.shown)
    if caller.call_id:
        calls = await repository.tool_calls_of(desk.opened, caller.call_id, _MOST_REMEMBERED)
        seen |= {one for call in calls for one in call.booking_ids}
    return row if row.id in seen else None


def _same(made: Sequence[Booking], wanted: Wanted, person: Person, place: Place) -> Booking | None:
    """What this call has booked already, asked for once more."""
    for row in made:
        local = row.starts_at.astimezone(place.zone)
        same_hour = wanted.at is None or local.time() == wanted.at
        people = row.party_size or 1
        if (
            row.status == "booked"
            and local.date() == wanted.day
            and same_hour
            and people == wanted.people
            and fold(row.name) == fold(person.name)
        ):
            return row
    return None


async def _has_many(desk: Desk, phone: str | None) -> bool:
    if phone is None:
        return False
    rows = await repository.coming_of_phone(desk.opened, phone, clock.now(), MOST_COMING_OF_A_PHONE)
    return len(rows) >= MOST_COMING_OF_A_PHONE


async def _is_exact(desk: Desk, wanted: Wanted, found: Found) -> bool:
    """Whether enough was said to book: a stay needs no hour."""
    if wanted.at is not None or found.spot is None:
        return True
    return (await booking.resources_of(desk.opened))[found.spot.resource_id].by_night


async def _count(desk: Desk, phone: str | None) -> None:
    """Count a booking or a change.

    Raises:
        TooMany: more than people do.
    """
    org_id = desk.place.agenda.org_id
    buckets = [(f"agenda-write:{org_id}", _MOST_BOOKED, _HOUR_S)]
    if phone is not None:
        buckets.append((f"agenda-phone:{org_id}:{phone}", _MOST_OF_A_PHONE, _DAY_S))
    for bucket, limit, window_s in buckets:
        await throttle.check(desk.opened, bucket, limit=limit, window_s=window_s)
        await throttle.note(desk.opened, bucket)


def _booked(row: Booking) -> Answer:
    return Answer({"booked": True, "id": str(row.id), "reference": row.reference}, (row.id,))


def _not_booked(desk: Desk, found: Found) -> Answer:
    shown = slots_shown(found, desk.place).model_dump(mode="json")
    return Answer({"booked": False, "slots": shown["slots"], "reason": shown["reason"]})


def _changed_nothing(desk: Desk, booking_id: UUID) -> Answer:
    if desk.caller.rehearsal:
        return Answer({"booked": True, "id": str(booking_id), "reference": _REHEARSED_REFERENCE})
    return Answer({"booked": False, "slots": [], "reason": "unknown_booking"})


def _shown(row: Booking, place: Place) -> dict[str, Any]:
    local = row.starts_at.astimezone(place.zone)
    return {
        "id": str(row.id),
        "date": local.date().isoformat(),
        "time": local.strftime("%H:%M"),
        "party_size": row.party_size,
    }
