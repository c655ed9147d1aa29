"""What can be done with an entity of any kind; REST and MCP both come here."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import BY_NAME, Kind
from allokoli.engine.api.listing import Listing, apply
from allokoli.engine.api.models import Resource
from allokoli.engine.api.patching import patched
from allokoli.engine.api.wire import as_uuid, stored


async def create(identity: Identity, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    """Store a new entity.

    Raises:
        Invalid: it is not what the kind takes.
    """
    _refuse(kind.problems(body))
    async with session(identity) as opened:
        await _check_references(opened, kind, body)
        now = clock.now()
        row = Resource(
            org_id=identity.organization,
            kind=kind.name,
            body=patched({}, body),
            created_at=now,
            updated_at=now,
        )
        opened.add(row)
        await opened.flush()
        return _shown(kind, row)


async def listed(identity: Identity, kind: Kind, listing: Listing) -> list[dict[str, Any]]:
    """The organization's entities of a kind, newest first."""
    statement = select(Resource).where(
        Resource.kind == kind.name, Resource.org_id == identity.organization
    )
    statement = apply(
        statement,
        listing,
        row_id=Resource.id,
        created_at=Resource.created_at,
        updated_at=Resource.updated_at,
    )
    async with session(identity) as opened:
        return [_shown(kind, row) for row in await opened.scalars(statement)]


async def get(identity: Identity, kind: Kind, entity_id: str) -> dict[str, Any]:
    """One entity.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        return _shown(kind, await _row(opened, kind, entity_id))


async def update(
    identity: Identity, kind: Kind, entity_id: str, patch: dict[str, Any]
) -> dict[str, Any]:
    """Change an entity; see `patching`.

    Raises:
        Invalid: the id, or the entity as it would become.
        Missing: there is none.
    """
    _refuse(
        [f"{name} should not be empty" for name in kind.required_in_patch if not patch.get(name)]
    )
    async with session(identity) as opened:
        row = await _row(opened, kind, entity_id, lock=True)
        body = patched(row.body, patch)
        _refuse(kind.problems(body))
        await _check_references(opened, kind, patch)
        row.body = body
        row.updated_at = clock.now()
        await opened.flush()
        return _shown(kind, row)


async def delete(identity: Identity, kind: Kind, entity_id: str) -> dict[str, Any]:
    """Remove an entity and return it as it was.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await _row(opened, kind, entity_id, lock=True)
        shown = _shown(kind, row)
        await opened.delete(row)
        return shown


def valid_id(entity_id: str) -> UUID:
    """An identifier as a client wrote it.

    Raises:
        Invalid: it is not a UUID.
    """
    found = as_uuid(entity_id)
    if found is None:
        raise Invalid(["id must be a UUID"])
    return found


async def _row(opened: AsyncSession, kind: Kind, entity_id: str, *, lock: bool = False) -> Resource:
    row = await opened.get(Resource, valid_id(entity_id), with_for_update=lock or None)
    if row is None or row.kind != kind.name:
        raise Missing(kind.title, entity_id)
    return row


async def _check_references(opened: AsyncSession, kind: Kind, body: dict[str, Any]) -> None:
    problems = []
    for name, referred in kind.references.items():
        given = body.get(name)
        if given is not None:
            found_id = as_uuid(given)
            found = await opened.get(Resource, found_id) if found_id else None
            if found is None or found.kind != referred:
                problems.append(f"{name}: {BY_NAME[referred].title} {given[:80]} does not exist")
    _refuse(problems)


def _shown(kind: Kind, row: Resource) -> dict[str, Any]:
    return {**kind.derived(row.body), **stored(row)}


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Invalid(problems)
