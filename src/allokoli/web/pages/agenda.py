"""The agenda: a day or a week of bookings, what is booked, days unlike the others, the feed."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError, Forbidden, InvalidInput
from allokoli.core.identity import Identity
from allokoli.platform.agenda import bookings, feeds, service
from allokoli.platform.agenda.schemas import BookingCreate, BookingUpdate
from allokoli.web.agenda_view import days_shown, span_of
from allokoli.web.form_fields import Text
from allokoli.web.locale_path import PREFIX
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/agenda")

_INVALID = "Certaines informations ne sont pas valables."
_ADMINS = frozenset({"owner", "admin"})
M = TypeVar("M", bound=BaseModel)
Action = Callable[[AsyncSession], Awaitable[object]]


@router.get("")
async def show(
    request: Request,
    locale: str,
    owner: Owner,
    day: Annotated[str, Query(max_length=10)] = "",
    view: Annotated[str, Query(max_length=4)] = "week",
) -> HTMLResponse:
    return await page(request, locale, owner, day=day, view=view)


@router.post("/bookings")
async def book(
    request: Request,
    locale: str,
    owner: Owner,
    date: Text = "",
    time: Text = "",
    name: Text = "",
    phone: Text = "",
    party_size: Text = "",
    service_name: Text = "",
    nights: Text = "",
    resource_id: Text = "",
) -> Response:
    given = {
        "date": date, "time": time, "name": name, "phone": phone, "party_size": party_size,
        "service": service_name, "nights": nights, "resource_id": resource_id,
    }  # fmt: skip

    async def create(opened: AsyncSession) -> None:
        await bookings.create_booking(opened, owner, read(BookingCreate, given))

    return await act(request, locale, owner, create, day=date, view="day")


@router.post("/bookings/{booking_id}")
async def change(
    request: Request,
    locale: str,
    owner: Owner,
    booking_id: UUID,
    date: Text = "",
    time: Text = "",
    party_size: Text = "",
    status: Text = "",
    day: Text = "",
    view: Text = "",
) -> Response:
    """Move a booking, or say what became of it."""
    given = {"date": date, "time": time, "party_size": party_size, "status": status}

    async def update(opened: AsyncSession) -> None:
        await bookings.update_booking(opened, owner, booking_id, read(BookingUpdate, given))

    return await act(request, locale, owner, update, day=date or day, view=view)


async def page(
    request: Request,
    locale: str,
    owner: Identity,
    *,
    day: str = "",
    view: str = "week",
    trouble: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The agenda's page."""
    async with session(owner) as opened:
        place = await service.place_of(opened, owner)
        span = span_of(view, day, place.zone, locale)
        rows = await bookings.bookings_of_span(opened, span.begins, span.ends)
        today = clock.now().astimezone(place.zone).date()
        exceptions = await service.list_exceptions(opened, min(span.first, today))
        resources = await service.list_resources(opened, owner)
    names = {one.id: one.name for one in resources}
    stays = {one.id for one in resources if one.by_night}
    offered = sorted({name for one in resources if one.active for name in one.service_minutes})
    return render(
        request,
        "agenda/index.html",
        status=status,
        headers={"cache-control": "no-store"},
        span=span,
        days=days_shown(span, rows, exceptions, names, stays, locale),
        today=today,
        resources=resources,
        offered=offered,
        stays=any(one.by_night and one.active for one in resources),
        exceptions=[one for one in exceptions if one.day >= today],
        names=names,
        agenda=place.agenda,
        feed_url=feeds.url_of(place) if owner.role in _ADMINS else None,
        writes=owner.role != "viewer",
        administers=owner.role in _ADMINS,
        trouble=trouble,
    )


async def act(
    request: Request,
    locale: str,
    owner: Identity,
    action: Action,
    *,
    day: str = "",
    view: str = "",
    part: str = "",
) -> Response:
    """Do what a form asks, then show the agenda again; what goes wrong is said on it."""
    if owner.role == "viewer":
        raise Forbidden("Votre rôle permet de consulter, pas de modifier.")
    view = view if view in {"day", "week"} else "week"
    try:
        async with session(owner) as opened:
            await action(opened)
    except AlloKoliError as error:
        trouble = gettext(locale, error.message)
        return await page(
            request, locale, owner, day=day, view=view, trouble=trouble, status=error.status
        )
    # As a date only: what a form sends goes into no address as it is.
    shown = span_of(view, day, ZoneInfo("UTC"), locale).day if day else None
    query = f"?view={view}&day={shown}" if shown else ""
    return RedirectResponse(f"/{locale}/agenda{query}{part}", 303)


def read(shape: type[M], given: dict[str, Any]) -> M:
    """What a form gave, without the fields left empty.

    Raises:
        InvalidInput: it makes no sense.
    """
    filled = {name: value for name, value in given.items() if value not in ("", None)}
    try:
        return shape.model_validate(filled)
    except ValidationError:
        raise InvalidInput(_INVALID) from None


def only_admins(owner: Identity) -> None:
    """Raises:
    Forbidden: the settings of the whole organization are not theirs to change.
    """
    if owner.role not in _ADMINS:
        raise Forbidden("Cette action est réservée aux administrateurs de l’organisation.")
