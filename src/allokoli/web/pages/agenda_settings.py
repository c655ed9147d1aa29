"""The agenda's forms beside bookings: resources, days unlike the others, rules, the feed."""

import re
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from allokoli.core.errors import InvalidInput
from allokoli.platform.agenda import feeds, service
from allokoli.platform.agenda.schemas import (
    AgendaUpdate,
    ExceptionCreate,
    ResourceCreate,
    ResourceUpdate,
)
from allokoli.web.form_fields import Text
from allokoli.web.locale_path import PREFIX
from allokoli.web.pages.agenda import act, only_admins, read
from allokoli.web.session_cookies import Owner

router = APIRouter(prefix=PREFIX + "/agenda")

_MINUTES = re.compile(r"(?<!\d)(\d{1,4})\D{0,12}$")
_RESOURCES, _EXCEPTIONS, _FEED = "#resources", "#exceptions", "#feed"


@router.post("/resources")
async def add_resource(
    request: Request,
    locale: str,
    owner: Owner,
    name: Text = "",
    counts: Text = "",
    capacity: Text = "",
    duration_minutes: Text = "",
    step_minutes: Text = "",
    buffer_minutes: Text = "",
    by_night: Text = "",
    services: Text = "",
) -> Response:
    given = {
        "name": name, "counts": counts, "capacity": capacity, "step_minutes": step_minutes,
        "duration_minutes": duration_minutes, "buffer_minutes": buffer_minutes,
        "by_night": by_night,
    }  # fmt: skip

    async def create(opened: AsyncSession) -> None:
        wanted = {**given, "service_minutes": durations(services)}
        await service.create_resource(opened, owner, read(ResourceCreate, wanted))

    return await act(request, locale, owner, create, part=_RESOURCES)


@router.post("/resources/{resource_id}")
async def change_resource(
    request: Request,
    locale: str,
    owner: Owner,
    resource_id: UUID,
    name: Text = "",
    counts: Text = "",
    capacity: Text = "",
    duration_minutes: Text = "",
    step_minutes: Text = "",
    buffer_minutes: Text = "",
    by_night: Text = "",
    services: Text = "",
    active: Text = "",
) -> Response:
    given: dict[str, Any] = {
        "name": name, "counts": counts, "capacity": capacity, "step_minutes": step_minutes,
        "duration_minutes": duration_minutes, "buffer_minutes": buffer_minutes,
        "by_night": by_night, "active": active,
    }  # fmt: skip
    # Left empty, the durations are taken away; not sent, they stay.
    sent = "services" in await request.form()

    async def update(opened: AsyncSession) -> None:
        changes = {**given, "service_minutes": durations(services)} if sent else given
        await service.update_resource(opened, owner, resource_id, read(ResourceUpdate, changes))

    return await act(request, locale, owner, update, part=_RESOURCES)


@router.post("/resources/{resource_id}/delete")
async def remove_resource(
    request: Request, locale: str, owner: Owner, resource_id: UUID
) -> Response:
    async def remove(opened: AsyncSession) -> None:
        await service.delete_resource(opened, owner, resource_id)

    return await act(request, locale, owner, remove, part=_RESOURCES)


@router.post("/exceptions")
async def add_exception(
    request: Request,
    locale: str,
    owner: Owner,
    day: Text = "",
    opens: Text = "",
    closes: Text = "",
    opens_again: Text = "",
    closes_again: Text = "",
    label: Text = "",
    resource_id: Text = "",
) -> Response:
    """A day that is closed, or open at other hours; half a pair of hours is refused."""
    slots = [pair for pair in ((opens, closes), (opens_again, closes_again)) if any(pair)]
    given = {"day": day, "label": label, "resource_id": resource_id, "slots": slots}

    async def create(opened: AsyncSession) -> None:
        await service.create_exception(opened, owner, read(ExceptionCreate, given))

    return await act(request, locale, owner, create, part=_EXCEPTIONS)


@router.post("/exceptions/{exception_id}/delete")
async def remove_exception(
    request: Request, locale: str, owner: Owner, exception_id: UUID
) -> Response:
    async def remove(opened: AsyncSession) -> None:
        await service.delete_exception(opened, exception_id)

    return await act(request, locale, owner, remove, part=_EXCEPTIONS)


@router.post("/rules")
async def change_rules(
    request: Request,
    locale: str,
    owner: Owner,
    horizon_days: Text = "",
    notice_minutes: Text = "",
) -> Response:
    only_admins(owner)
    given = {"horizon_days": horizon_days, "notice_minutes": notice_minutes}

    async def update(opened: AsyncSession) -> None:
        await service.update_agenda(opened, owner, read(AgendaUpdate, given))

    return await act(request, locale, owner, update, part=_RESOURCES)


@router.post("/feed")
async def rotate_feed(request: Request, locale: str, owner: Owner) -> Response:
    only_admins(owner)

    async def rotate(opened: AsyncSession) -> None:
        await feeds.rotate(opened, owner)

    return await act(request, locale, owner, rotate, part=_FEED)


@router.post("/feed/revoke")
async def revoke_feed(request: Request, locale: str, owner: Owner) -> Response:
    only_admins(owner)

    async def revoke(opened: AsyncSession) -> None:
        await feeds.revoke(opened, owner)

    return await act(request, locale, owner, revoke, part=_FEED)


def durations(lines: str) -> dict[str, int]:
    """Services and their minutes, from lines such as `Coupe : 30`.

    Raises:
        InvalidInput: a line without its minutes.
    """
    found: dict[str, int] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        minutes = _MINUTES.search(line)
        name = line[: minutes.start()].strip(" \t\u00a0\u202f:=–-") if minutes else ""
        if not minutes or not name:
            raise InvalidInput("Écrivez une prestation par ligne, suivie de ses minutes.")
        found[name] = int(minutes.group(1))
    return found
