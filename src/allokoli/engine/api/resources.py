"""What can be done with an entity of any kind; REST and MCP both come here.

The functions that take an identity are one transaction each; those that take a session are steps of
a transaction somebody else opened.
"""

from asyncio import to_thread
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy import delete as delete_from
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part, whole
from allokoli.engine.api import versions
from allokoli.engine.api.errors import Invalid, Missing, refuse
from allokoli.engine.api.filters import filtered, property_of
from allokoli.engine.api.kinds import BY_NAME, Kind
from allokoli.engine.api.listing import Listing, apply, narrowed
from allokoli.engine.api.models import Resource
from allokoli.engine.api.patching import patched
from allokoli.engine.api.references import check_references, nested, refuse_referred
from allokoli.engine.api.secrets import kept, masked, refuse_masks
from allokoli.engine.api.wire import as_uuid, stored

Body = dict[str, Any]
Within = Mapping[str, str]
"""What the path of a nested collection says, e.g. {"testSuiteId": …}."""
_NOWHERE: Within = {}


async def create(
    identity: Identity,
    kind: Kind,
    body: Body,
    *,
    managed: Body | None = None,
    within: Within = _NOWHERE,
) -> Body:
    """Store a new entity.

    Args:
        identity: who asks.
        kind: of the entity.
        body: what the client sent.
        managed: properties the server adds.
        within: of a nested collection.

    Raises:
        Invalid: it is not what the kind takes.
        Missing: the collection's owner does not exist.
    """
    async with session(identity) as opened:
        row = await insert(opened, identity, kind, body, managed=managed, within=within)
        return shown(kind, row)


async def listed(
    identity: Identity, kind: Kind, listing: Listing, *, within: Within = _NOWHERE
) -> list[Body]:
    """The organization's entities of a kind, newest first unless the listing says otherwise."""
    async with session(identity) as opened:
        await _check_path(opened, kind, within)
        statement = _selected(identity, kind, listing, within)
        return [shown(kind, row) for row in await opened.scalars(_ordered(statement, listing))]


async def listed_page(
    identity: Identity, kind: Kind, listing: Listing, *, within: Within = _NOWHERE
) -> Body:
    """The same as one page: `{results, metadata}`."""
    async with session(identity) as opened:
        await _check_path(opened, kind, within)
        statement = _selected(identity, kind, listing, within)
        timed = narrowed(
            statement, listing, created_at=Resource.created_at, updated_at=Resource.updated_at
        )
        total = await opened.scalar(select(func.count()).select_from(timed.subquery()))
        rows = await opened.scalars(_ordered(statement, listing))
        results = [shown(kind, row) for row in rows]
    return {"results": results, "metadata": listing.metadata(total or 0)}


async def get(identity: Identity, kind: Kind, entity_id: str, *, within: Within = _NOWHERE) -> Body:
    """One entity.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        return shown(kind, await row(opened, kind, entity_id, within=within))


async def update(
    identity: Identity, kind: Kind, entity_id: str, patch: Body, *, within: Within = _NOWHERE
) -> Body:
    """Change an entity; see `patching`.

    Raises:
        Invalid: the id, the patch, or the entity as it would become.
        Missing: there is none.
    """
    async with session(identity) as opened:
        found = await row(opened, kind, entity_id, lock=True, within=within)
        await change(opened, kind, found, patch)
        return shown(kind, found)


async def manage(identity: Identity, kind: Kind, entity_id: str, managed: Body) -> Body:
    """Change properties only the server writes; None removes one.

    Raises:
        Missing: there is none.
    """
    async with session(identity) as opened:
        found = await row(opened, kind, entity_id, lock=True)
        await keep(opened, found, {**whole_body(found), **managed})
        return shown(kind, found)


async def delete(
    identity: Identity, kind: Kind, entity_id: str, *, within: Within = _NOWHERE
) -> Body:
    """Remove an entity, and what only exists within it, and return it as it was.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
        Pinned: a version of it is in use.
    """
    async with session(identity) as opened:
        found = await row(opened, kind, entity_id, lock=True, within=within)
        await versions.refuse_pinned(opened, found)
        if kind.held:
            await refuse_referred(opened, kind, found)
        before = shown(kind, found)
        await opened.delete(found)
        for inner, name in nested(kind):
            await opened.execute(
                delete_from(Resource).where(
                    Resource.kind == inner.name, property_of(name) == str(found.id)
                )
            )
        return before


def valid_id(entity_id: str) -> UUID:
    """An identifier as a client wrote it.

    Raises:
        Invalid: it is not a UUID.
    """
    found = as_uuid(entity_id)
    if found is None:
        raise Invalid(["id must be a UUID"])
    return found


async def insert(
    opened: AsyncSession,
    identity: Identity,
    kind: Kind,
    body: Body,
    *,
    managed: Body | None = None,
    within: Within = _NOWHERE,
) -> Resource:
    """Store a new entity, in a transaction already open; see `create`."""
    refuse(await to_thread(kind.problems, body))
    refuse_masks(body)
    await _check_path(opened, kind, within)
    await check_references(opened, kind, body)
    clear, sealed = part(patched({}, {**body, **(managed or {}), **within}))
    now = clock.now()
    made = Resource(
        org_id=identity.organization,
        kind=kind.name,
        body=clear,
        secrets_sealed=sealed,
        created_at=now,
        updated_at=now,
    )
    opened.add(made)
    await opened.flush()
    if kind.versioned:
        await versions.publish(opened, made)
    return made


async def change(opened: AsyncSession, kind: Kind, found: Resource, patch: Body) -> None:
    """Apply a PATCH to a locked row, in a transaction already open; see `update`."""
    before = whole_body(found)
    patch = _without_echoes(kind, found, patch)
    refuse(await to_thread(kind.patch_problems, patch, before))
    body = kept(patched(before, patch), before)
    refuse_masks(body)
    refuse(await to_thread(kind.whole_problems, body))
    await check_references(opened, kind, patch)
    await keep(opened, found, body)
    if kind.versioned and body != before:
        await versions.publish(opened, found)


async def keep(opened: AsyncSession, found: Resource, body: Body) -> None:
    """Store what an entity has become, unjudged."""
    found.body, found.secrets_sealed = part(patched({}, body))
    found.updated_at = clock.now()
    await opened.flush()


async def row(
    opened: AsyncSession,
    kind: Kind,
    entity_id: str,
    *,
    lock: bool = False,
    within: Within = _NOWHERE,
) -> Resource:
    """The row of an entity.

    Args:
        opened: a session of the organization.
        kind: of the entity.
        entity_id: as a client wrote it.
        lock: whether it is about to be changed.
        within: of a nested collection.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    await _check_path(opened, kind, within)
    found = await opened.get(Resource, valid_id(entity_id), with_for_update=lock or None)
    if found is None or found.kind != kind.name or not within.items() <= found.body.items():
        raise Missing(kind.title, entity_id)
    return found


def whole_body(found: Resource) -> Body:
    """What an entity holds, secrets included: never for the wire."""
    return whole(found.body, found.secrets_sealed)


def shown(kind: Kind, found: Resource) -> Body:
    """An entity as the wire shows it."""
    body = masked(whole_body(found))
    return {**kind.derived(body), **stored(found, body)}


def _without_echoes(kind: Kind, found: Resource, patch: Body) -> Body:
    """A PATCH without what only the server writes, where the client sends back what it read."""
    read = shown(kind, found)
    own = {"id", "orgId", "createdAt", "updatedAt"} | kind.managed
    return {
        name: one
        for name, one in patch.items()
        if name not in own or name not in read or read[name] != one
    }


def _selected(identity: Identity, kind: Kind, listing: Listing, within: Within) -> Select[Resource]:
    statement = select(Resource).where(
        Resource.kind == kind.name, Resource.org_id == identity.organization
    )
    for name, value in within.items():
        statement = statement.where(property_of(name) == value)
    return filtered(statement, kind, listing)


def _ordered(statement: Select[Resource], listing: Listing) -> Select[Resource]:
    return apply(
        statement,
        listing,
        row_id=Resource.id,
        created_at=Resource.created_at,
        updated_at=Resource.updated_at,
        first=None if listing.sort_by == "createdAt" else Resource.body[listing.sort_by],
    )


async def _check_path(opened: AsyncSession, kind: Kind, within: Within) -> None:
    for name, value in within.items():
        allowed = kind.path_values.get(name)
        if allowed is not None and value not in allowed:
            raise Invalid([f"{name} must be one of the following values: {', '.join(allowed)}"])
        if name in kind.references:
            await row(opened, BY_NAME[kind.references[name]], value)
