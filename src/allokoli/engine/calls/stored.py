"""Reads the stored entities a request names, secrets included."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.security.sealed_json import whole
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import as_uuid


async def one(opened: AsyncSession, kind: str, entity_id: Any, where: str) -> Resource:
    """The entity a property names.

    Args:
        opened: a session of the organization.
        kind: of entity, as stored.
        entity_id: what the property holds.
        where: the property, for the error.

    Raises:
        Invalid: it is no id, or there is none of that kind in this organization.
    """
    found_id = as_uuid(entity_id) if isinstance(entity_id, str) else None
    if found_id is None:
        raise Invalid([f"{where} must be a UUID"])
    row = await opened.get(Resource, found_id)
    if row is None or row.kind != kind:
        named = kind.replace("-", " ")
        raise Invalid(f"Couldn't find {named} for call: {where} {found_id} not found.")
    return row


async def several(
    opened: AsyncSession, kind: str, entity_ids: Iterable[Any]
) -> dict[str, Resource]:
    """The entities of a kind with some ids, by id as it was given; missing ones are left out."""
    wanted = {
        found: entity_id
        for entity_id in entity_ids
        if isinstance(entity_id, str) and (found := as_uuid(entity_id))
    }
    if not wanted:
        return {}
    statement = select(Resource).where(Resource.kind == kind, Resource.id.in_(wanted))
    return {wanted[row.id]: row for row in await opened.scalars(statement)}


async def body_of(opened: AsyncSession, row: Resource, version: Any = None) -> dict[str, Any]:  # noqa: ARG001
    """What an entity holds, secrets joined."""
    return whole(row.body, row.secrets_sealed)
