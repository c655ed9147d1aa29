from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform.access import Admin, Caller, Writer
from allokoli.platform.agenda import bookings, calendar_text, feeds, service
from allokoli.platform.agenda.asking import Wanted
from allokoli.platform.agenda.booking import Place
from allokoli.platform.agenda.models import BookingStatus
from allokoli.platform.agenda.schemas import (
    AgendaRead,
    AgendaUpdate,
    BookingCreate,
    BookingFilters,
    BookingRead,
    BookingUpdate,
    Day,
    ExceptionCreate,
    ExceptionRead,
    FeedRead,
    Hour,
    ResourceCreate,
    ResourceRead,
    ResourceUpdate,
    SlotsRead,
)
from allokoli.platform.idempotency import IdempotencyKey, once
from allokoli.platform.pagination import Cursor, Limit, Page

router = APIRouter(prefix="/agenda", tags=["agenda"])
_FEED_AGE_S = 300


def _filters(
    after: AwareDatetime | None = None,
    before: AwareDatetime | None = None,
    status: BookingStatus | None = None,
    resource_id: UUID | None = None,
) -> BookingFilters:
    return BookingFilters(after=after, before=before, status=status, resource_id=resource_id)


@router.get("/settings")
async def get_settings(caller: Caller) -> AgendaRead:
    async with session(caller) as opened:
        return _shown(caller, await service.place_of(opened, caller))


@router.patch("/settings")
async def update_settings(changes: AgendaUpdate, caller: Admin) -> AgendaRead:
    async with session(caller) as opened:
        return _shown(caller, await service.update_agenda(opened, caller, changes))


@router.post("/feed", status_code=201)
async def rotate_feed(caller: Admin) -> FeedRead:
    """Give the calendar feed a new address; the one before stops."""
    async with session(caller) as opened:
        return FeedRead(url=await feeds.rotate(opened, caller))


@router.delete("/feed")
async def revoke_feed(caller: Admin) -> FeedRead:
    async with session(caller) as opened:
        await feeds.revoke(opened, caller)
    return FeedRead(url=None)


@router.get("/feeds/{token}", include_in_schema=False)
async def read_feed(
    token: Annotated[str, Path(max_length=100)],
    known: Annotated[str | None, Header(alias="If-None-Match", max_length=200)] = None,
) -> Response:
    """The calendar, for programs that subscribe to it; its address is its only key."""
    feed = await feeds.read(token)
    headers = {
        "cache-control": f"private, max-age={_FEED_AGE_S}",
        "etag": feed.etag,
        "x-robots-tag": "noindex",
    }
    if known == feed.etag:
        return Response(status_code=304, headers=headers)
    return Response(feed.body, media_type=calendar_text.MEDIA_TYPE, headers=headers)


@router.get("/resources")
async def list_resources(caller: Caller) -> list[ResourceRead]:
    async with session(caller) as opened:
        rows = await service.list_resources(opened, caller)
        return [ResourceRead.model_validate(row) for row in rows]


@router.post("/resources", status_code=201)
async def create_resource(wanted: ResourceCreate, caller: Writer) -> ResourceRead:
    async with session(caller) as opened:
        row = await service.create_resource(opened, caller, wanted)
        return ResourceRead.model_validate(row)


@router.patch("/resources/{resource_id}")
async def update_resource(
    resource_id: UUID, changes: ResourceUpdate, caller: Writer
) -> ResourceRead:
    async with session(caller) as opened:
        row = await service.update_resource(opened, caller, resource_id, changes)
        return ResourceRead.model_validate(row)


@router.delete("/resources/{resource_id}")
async def delete_resource(resource_id: UUID, caller: Writer) -> ResourceRead:
    async with session(caller) as opened:
        row = await service.delete_resource(opened, caller, resource_id)
        return ResourceRead.model_validate(row)


@router.get("/exceptions")
async def list_exceptions(caller: Caller, after: date | None = None) -> list[ExceptionRead]:
    async with session(caller) as opened:
        rows = await service.list_exceptions(opened, after)
        return [ExceptionRead.model_validate(row) for row in rows]


@router.post("/exceptions", status_code=201)
async def create_exception(wanted: ExceptionCreate, caller: Writer) -> ExceptionRead:
    async with session(caller) as opened:
        row = await service.create_exception(opened, caller, wanted)
        return ExceptionRead.model_validate(row)


@router.delete("/exceptions/{exception_id}")
async def delete_exception(exception_id: UUID, caller: Writer) -> ExceptionRead:
    async with session(caller) as opened:
        return ExceptionRead.model_validate(await service.delete_exception(opened, exception_id))


def _to_the_minute(at: Hour | None) -> Hour | None:
    return at.replace(second=0, microsecond=0, tzinfo=None) if at else None


@router.get("/slots")
async def find_slots(
    caller: Caller,
    day: Annotated[Day | None, Query(alias="date", description="Today when left out")] = None,
    time: Hour | None = None,
    party_size: Annotated[int, Query(ge=1, le=10_000)] = 1,
    service_name: Annotated[str | None, Query(alias="service", max_length=200)] = None,
    nights: Annotated[int, Query(ge=1, le=60)] = 1,
    not_before: Hour | None = None,
    not_after: Hour | None = None,
) -> SlotsRead:
    """What callers would be told: whether an hour or a day is free, and what is near it."""
    at, low, high = map(_to_the_minute, (time, not_before, not_after))
    wanted = Wanted(day or clock.now().date(), at, party_size, service_name, nights, low, high)
    async with session(caller) as opened:
        return await service.find_slots(opened, caller, wanted)


@router.get("/bookings")
async def list_bookings(
    caller: Caller,
    filters: Annotated[BookingFilters, Depends(_filters)],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BookingRead]:
    async with session(caller) as opened:
        return await bookings.list_bookings(opened, filters, cursor=cursor, limit=limit)


@router.post("/bookings", status_code=201)
async def create_booking(
    wanted: BookingCreate, caller: Writer, key: IdempotencyKey = None
) -> BookingRead:
    async def create() -> BookingRead:
        async with session(caller) as opened:
            row = await bookings.create_booking(opened, caller, wanted)
            return BookingRead.model_validate(row)

    return await once(caller, "POST /agenda/bookings", key, wanted, BookingRead, create)


@router.get("/bookings/{booking_id}")
async def get_booking(booking_id: UUID, caller: Caller) -> BookingRead:
    async with session(caller) as opened:
        return BookingRead.model_validate(await bookings.get_booking(opened, booking_id))


@router.patch("/bookings/{booking_id}")
async def update_booking(booking_id: UUID, changes: BookingUpdate, caller: Writer) -> BookingRead:
    async with session(caller) as opened:
        row = await bookings.update_booking(opened, caller, booking_id, changes)
        return BookingRead.model_validate(row)


@router.delete("/bookings/{booking_id}")
async def cancel_booking(booking_id: UUID, caller: Writer) -> BookingRead:
    """Cancel a booking; it stays to be seen."""
    async with session(caller) as opened:
        row = await bookings.cancel_booking(opened, caller, booking_id)
        return BookingRead.model_validate(row)


def _shown(caller: Identity, place: Place) -> AgendaRead:
    reads_only = caller.kind == "user" and caller.role == "viewer"
    return AgendaRead(
        sector=place.agenda.sector,
        timezone=place.zone.key,
        horizon_days=place.agenda.horizon_days,
        notice_minutes=place.agenda.notice_minutes,
        feed_url=None if reads_only else feeds.url_of(place),
    )
