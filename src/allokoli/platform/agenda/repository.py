from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.blueprint.blueprint import Interval
from allokoli.core import clock
from allokoli.platform.agenda.asking import Taken
from allokoli.platform.agenda.models import (
    Agenda,
    Booking,
    Confirmation,
    DayException,
    Resource,
    ToolCall,
)
from allokoli.platform.agenda.schemas import BookingFilters
from allokoli.platform.assistants.models import Assistant
from allokoli.platform.pagination import page_of

MOST_ROWS = 2_000


async def insert_agenda(opened: AsyncSession, row: Mapping[str, Any]) -> bool:
    """Make the agenda unless there is one; returns whether it was made."""
    made = insert(Agenda).values(**row, created_at=clock.now(), updated_at=clock.now())
    found = await opened.scalar(made.on_conflict_do_nothing().returning(Agenda.org_id))
    return found is not None


async def agenda(opened: AsyncSession, org_id: UUID, *, lock: bool = False) -> Agenda | None:
    query = select(Agenda).where(Agenda.org_id == org_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await opened.scalar(query)


async def resources(opened: AsyncSession, *, active_only: bool = False) -> Sequence[Resource]:
    query = select(Resource).order_by(Resource.position, Resource.created_at, Resource.id)
    if active_only:
        query = query.where(Resource.active)
    return (await opened.scalars(query)).all()


async def delete_resources(opened: AsyncSession) -> None:
    await opened.execute(delete(Resource))


async def exceptions(
    opened: AsyncSession, *, after: date | None = None, before: date | None = None
) -> Sequence[DayException]:
    query = select(DayException).order_by(DayException.day, DayException.id).limit(MOST_ROWS)
    if after is not None:
        query = query.where(DayException.day >= after)
    if before is not None:
        query = query.where(DayException.day <= before)
    return (await opened.scalars(query)).all()


async def exceptions_by_day(
    opened: AsyncSession, after: date, before: date
) -> dict[tuple[UUID | None, date], list[Interval]]:
    """Exceptions as `opening.Opening` takes them."""
    rows = await exceptions(opened, after=after, before=before)
    return {(row.resource_id, row.day): [(one[0], one[1]) for one in row.slots] for row in rows}


async def taken(
    opened: AsyncSession, after: datetime, before: datetime, *, but: UUID | None = None
) -> list[Taken]:
    """The bookings that stand in a span, buffers included.

    Args:
        opened: a session of the organization.
        after: from when, aware.
        before: until when, aware.
        but: a booking that is being moved, and takes no room from itself.
    """
    query = select(Booking.resource_id, Booking.starts_at, Booking.free_at, Booking.units).where(
        Booking.status == "booked", Booking.starts_at < before, Booking.free_at > after
    )
    if but is not None:
        query = query.where(Booking.id != but)
    return [Taken(*row) for row in await opened.execute(query)]


async def booking(opened: AsyncSession, booking_id: UUID, *, lock: bool = False) -> Booking | None:
    query = select(Booking).where(Booking.id == booking_id)
    return await opened.scalar(query.with_for_update() if lock else query)


async def booking_page(
    opened: AsyncSession, filters: BookingFilters, cursor: str | None, limit: int
) -> tuple[Sequence[Booking], str | None]:
    query = select(Booking)
    if filters.after is not None:
        query = query.where(Booking.ends_at > filters.after)
    if filters.before is not None:
        query = query.where(Booking.starts_at < filters.before)
    if filters.status is not None:
        query = query.where(Booking.status == filters.status)
    if filters.resource_id is not None:
        query = query.where(Booking.resource_id == filters.resource_id)
    return await page_of(opened, query, Booking, cursor, limit)


async def bookings_between(
    opened: AsyncSession, after: datetime, before: datetime, *, statuses: Iterable[str]
) -> Sequence[Booking]:
    """Bookings of a span in the order they begin."""
    query = (
        select(Booking)
        .where(Booking.starts_at < before, Booking.ends_at > after)
        .where(Booking.status.in_(list(statuses)))
        .order_by(Booking.starts_at, Booking.id)
        .limit(MOST_ROWS)
    )
    return (await opened.scalars(query)).all()


async def coming_of_phone(
    opened: AsyncSession, phone: str, after: datetime, limit: int
) -> Sequence[Booking]:
    """The coming bookings of a phone number, the next one first."""
    query = (
        select(Booking)
        .where(Booking.phone == phone, Booking.status == "booked", Booking.ends_at > after)
        .order_by(Booking.starts_at, Booking.id)
        .limit(limit)
    )
    return (await opened.scalars(query)).all()


async def of_call(opened: AsyncSession, call_platform_id: str) -> Sequence[Booking]:
    """What was booked in a call, in order."""
    query = select(Booking).where(Booking.call_platform_id == call_platform_id)
    return (await opened.scalars(query.order_by(Booking.created_at).limit(MOST_ROWS))).all()


async def has_bookings(opened: AsyncSession, resource_id: UUID | None = None) -> bool:
    query = select(Booking.id).limit(1)
    if resource_id is not None:
        query = query.where(Booking.resource_id == resource_id)
    return await opened.scalar(query) is not None


async def has_coming_bookings(opened: AsyncSession, resource_id: UUID, after: datetime) -> bool:
    query = select(Booking.id).where(
        Booking.resource_id == resource_id, Booking.status == "booked", Booking.ends_at > after
    )
    return await opened.scalar(query.limit(1)) is not None


async def is_reference_used(opened: AsyncSession, reference: str) -> bool:
    query = select(Booking.id).where(Booking.reference == reference)
    return await opened.scalar(query) is not None


async def confirmations_of(opened: AsyncSession, booking_id: UUID) -> int:
    query = select(func.count()).select_from(Confirmation)
    return await opened.scalar(query.where(Confirmation.booking_id == booking_id)) or 0


async def tool_call(
    opened: AsyncSession, org_id: UUID, call_id: str, tool_call_id: str
) -> ToolCall | None:
    return await opened.get(ToolCall, (org_id, call_id, tool_call_id))


async def tool_calls_of(opened: AsyncSession, call_id: str, limit: int) -> Sequence[ToolCall]:
    query = select(ToolCall).where(ToolCall.call_platform_id == call_id)
    return (await opened.scalars(query.order_by(ToolCall.created_at).limit(limit))).all()


async def newest_blueprints(opened: AsyncSession, limit: int) -> list[dict[str, Any]]:
    """The blueprints of the newest assistants."""
    query = (
        select(Assistant.blueprint)
        .where(Assistant.blueprint.is_not(None))
        .order_by(Assistant.created_at.desc(), Assistant.id)
        .limit(limit)
    )
    return [found for found in await opened.scalars(query) if isinstance(found, dict)]


async def org_of_feed(opened: AsyncSession, token_hash: bytes) -> UUID | None:
    """Whose calendar feed has this secret."""
    found = await opened.scalar(text("select auth.find_agenda_feed(:hash)"), {"hash": token_hash})
    return found if isinstance(found, UUID) else None


async def remember(opened: AsyncSession, row: ToolCall) -> None:
    """Keep what a call was answered, unless it is kept already."""
    values = {column.key: getattr(row, column.key) for column in ToolCall.__table__.columns}
    await opened.execute(insert(ToolCall).values(values).on_conflict_do_nothing())


async def confirmation(opened: AsyncSession, confirmation_id: UUID) -> Confirmation | None:
    query = select(Confirmation).where(Confirmation.id == confirmation_id)
    return await opened.scalar(query.with_for_update())
