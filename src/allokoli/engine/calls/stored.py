"""Reads the stored entities a request names, secrets included."""

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.security.sealed_json import whole
from allokoli.engine.api import versions
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


async def body_of(opened: AsyncSession, row: Resource, version: Any = None) -> dict[str, Any]:
    """What an entity holds, secrets joined.

    Args:
        opened: a session of the organization.
        row: the entity.
        version: the label it is pinned to, e.g. `v3`; None for what it holds now, or for what the
            traffic allocation in effect says.

    Raises:
        Invalid: there is no such version.
    """
    if version is None and row.kind == "assistant":
        version = await _allocated(opened, row)
    if version is None:
        return whole(row.body, row.secrets_sealed)
    pinned = await versions.body_at(opened, row, str(version))
    if pinned is None:
        raise Invalid(f"Couldn't find version {str(version)[:40]} of {row.kind} {row.id}.")
    return pinned


async def _allocated(opened: AsyncSession, assistant: Resource) -> str | None:
    """The version a share of an assistant's calls goes to, drawn by lot."""
    allocation = await versions.governing_allocation(opened, assistant.id)
    drawn = secrets.randbelow(10_000) / 100
    for target in allocation.body.get("targets", ()) if allocation is not None else ():
        drawn -= target.get("percentage", 0)
        if drawn < 0:
            label: str | None = target.get("assistantVersion")
            return label
    return None
