"""The agenda as its owner handles it: settings, resources, exceptions, bookings."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.blueprint import Blueprint
from allokoli.blueprint.agenda_tools import books
from allokoli.core import clock
from allokoli.core.errors import Conflict, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.agenda import booking, repository, sectors
from allokoli.platform.agenda.asking import Found, Wanted
from allokoli.platform.agenda.booking import Place
from allokoli.platform.agenda.models import Agenda, DayException, Resource
from allokoli.platform.agenda.schemas import (
    AgendaUpdate,
    ExceptionCreate,
    ResourceCreate,
    ResourceUpdate,
    SlotRead,
    SlotsRead,
)
from allokoli.platform.organizations import service as organizations

MOST_RESOURCES = 50
MOST_EXCEPTIONS = 500
_LOOKED_AT = 20


async def place_of(
    opened: AsyncSession,
    identity: Identity,
    blueprint: Blueprint | None = None,
    *,
    lock: bool = False,
) -> Place:
    """The organization's agenda, made the first time from its sector.

    Args:
        opened: a session of the organization.
        identity: whose agenda.
        blueprint: of the assistant that asks; the newest one that books when None.
        lock: keep everybody else from booking until the transaction ends.
    """
    organization = await organizations.get_organization(opened, identity)
    blueprint = blueprint or await _own_blueprint(opened)
    sector = blueprint.sector if blueprint else "other"
    agenda = await repository.agenda(opened, identity.organization, lock=lock)
    if agenda is None:
        agenda = await _made(opened, identity, sector, organization.locale, lock=lock)
    elif agenda.untouched and blueprint is not None and sector != agenda.sector:
        agenda = await _made_over(opened, identity, sector, organization.locale)
    zone = ZoneInfo(blueprint.timezone if blueprint else organization.timezone)
    return Place(agenda, zone, blueprint.hours if blueprint else None)


async def update_agenda(opened: AsyncSession, identity: Identity, changes: AgendaUpdate) -> Place:
    """Change the agenda's settings."""
    place = await place_of(opened, identity, lock=True)
    for name, value in changes.model_dump(exclude_none=True).items():
        setattr(place.agenda, name, value)
    place.agenda.untouched = False
    await opened.flush()
    return place


async def list_resources(opened: AsyncSession, identity: Identity) -> Sequence[Resource]:
    """What can be booked, in its order."""
    await place_of(opened, identity)
    return await repository.resources(opened)


async def create_resource(
    opened: AsyncSession, identity: Identity, wanted: ResourceCreate
) -> Resource:
    """Add something to book.

    Raises:
        Conflict: there are as many as there may be.
    """
    place = await place_of(opened, identity, lock=True)
    if len(await repository.resources(opened)) >= MOST_RESOURCES:
        raise Conflict("Votre agenda a déjà autant de ressources qu’il peut en avoir.")
    row = Resource(org_id=identity.organization, **wanted.model_dump())
    opened.add(row)
    place.agenda.untouched = False
    await opened.flush()
    return row


async def update_resource(
    opened: AsyncSession, identity: Identity, resource_id: UUID, changes: ResourceUpdate
) -> Resource:
    """Change something to book; bookings that stand keep their hours.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await resource_of(opened, resource_id)
    place = await place_of(opened, identity, lock=True)
    for name, value in changes.model_dump(exclude_none=True).items():
        setattr(row, name, value)
    place.agenda.untouched = False
    await opened.flush()
    await opened.refresh(row)
    return row


async def delete_resource(opened: AsyncSession, identity: Identity, resource_id: UUID) -> Resource:
    """Remove something to book; one with past bookings is only put out of use.

    Raises:
        NotFound: none, or another organization's.
        Conflict: it has coming bookings.
    """
    row = await resource_of(opened, resource_id)
    place = await place_of(opened, identity, lock=True)
    if await repository.has_coming_bookings(opened, row.id, clock.now()):
        raise Conflict("Cette ressource a des réservations à venir. Annulez-les d’abord.")
    place.agenda.untouched = False
    if await repository.has_bookings(opened, row.id):
        row.active = False
    else:
        await opened.delete(row)
    await opened.flush()
    return row


async def list_exceptions(opened: AsyncSession, after: date | None) -> Sequence[DayException]:
    """Days unlike the others, in their order."""
    return await repository.exceptions(opened, after=after)


async def create_exception(
    opened: AsyncSession, identity: Identity, wanted: ExceptionCreate
) -> DayException:
    """Add a day unlike the others.

    Raises:
        NotFound: no such resource.
        Conflict: that day has one already, or there are as many as there may be.
    """
    if wanted.resource_id is not None:
        await resource_of(opened, wanted.resource_id)
    place = await place_of(opened, identity, lock=True)
    today = clock.now().astimezone(place.zone).date()
    if len(await repository.exceptions(opened, after=today)) >= MOST_EXCEPTIONS:
        raise Conflict("Votre agenda a déjà autant de jours particuliers qu’il peut en avoir.")
    row = DayException(
        org_id=identity.organization,
        resource_id=wanted.resource_id,
        day=wanted.day,
        slots=[list(one) for one in wanted.slots],
        label=wanted.label,
    )
    try:
        async with opened.begin_nested():
            opened.add(row)
    except IntegrityError:
        raise Conflict("Ce jour a déjà des horaires particuliers.") from None
    return row


async def delete_exception(opened: AsyncSession, exception_id: UUID) -> DayException:
    """Make a day like the others again.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await opened.get(DayException, exception_id)
    if row is None:
        raise NotFound("Ce jour particulier n’existe pas.")
    await opened.delete(row)
    await opened.flush()
    return row


async def find_slots(opened: AsyncSession, identity: Identity, wanted: Wanted) -> SlotsRead:
    """Whether something is free for callers, and what is near it."""
    place = await place_of(opened, identity)
    return slots_shown(await booking.look(opened, place, wanted), place)


def slots_shown(found: Found, place: Place) -> SlotsRead:
    """A search's answer in local days and hours."""
    local = [one.astimezone(place.zone) for one in found.near]
    slots = [SlotRead(date=one.date(), time=one.strftime("%H:%M")) for one in local]
    return SlotsRead(free=found.free, slots=slots, reason=found.reason)


async def resource_of(opened: AsyncSession, resource_id: UUID) -> Resource:
    """Something to book.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await opened.get(Resource, resource_id)
    if row is None:
        raise NotFound("Cette ressource n’existe pas.")
    return row


async def _own_blueprint(opened: AsyncSession) -> Blueprint | None:
    """That of the newest assistant that books."""
    for stored in await repository.newest_blueprints(opened, _LOOKED_AT):
        try:
            blueprint = Blueprint.model_validate(stored)
        except ValidationError:
            continue
        if books(blueprint):
            return blueprint
    return None


async def _made(
    opened: AsyncSession, identity: Identity, sector: str, locale: str, *, lock: bool
) -> Agenda:
    first = sectors.defaults(sector)
    row = {
        "org_id": identity.organization,
        "sector": sector,
        "untouched": True,
        "horizon_days": 365,
        "notice_minutes": 0,
    }
    if await repository.insert_agenda(opened, row):
        opened.add(Resource(org_id=identity.organization, **first.resource(locale)))
        await opened.flush()
    agenda = await repository.agenda(opened, identity.organization, lock=lock)
    if agenda is None:
        raise NotFound("Cette organisation n’existe plus.")
    return agenda


async def _made_over(opened: AsyncSession, identity: Identity, sector: str, locale: str) -> Agenda:
    """Give an agenda nobody touched what its organization's sector begins with."""
    agenda = await repository.agenda(opened, identity.organization, lock=True)
    if agenda is None:
        raise NotFound("Cette organisation n’existe plus.")
    if agenda.untouched and agenda.sector != sector:
        await repository.delete_resources(opened)
        opened.add(
            Resource(org_id=identity.organization, **sectors.defaults(sector).resource(locale))
        )
        agenda.sector = sector
        await opened.flush()
    return agenda
