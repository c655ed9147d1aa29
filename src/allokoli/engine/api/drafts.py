"""Drafts of assistants and tools: a change prepared beside what is in use, one an entity."""

from dataclasses import replace
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Conflicting, refuse
from allokoli.engine.api.filters import property_of
from allokoli.engine.api.kinds import Kind
from allokoli.engine.api.models import Resource

_OWN = frozenset({"latestVersion", "baseVersion"})


def draft_routes(kind: Kind) -> APIRouter:
    """`/draft` and `/draft/{draftId}` under an entity of a versioned kind."""
    router = APIRouter(tags=[kind.name])
    path = kind.path + "/{entity_id}/draft"
    draft = _draft(kind)
    owner = f"{kind.name}Id"

    async def create(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
        body = await json_object(request)
        base = body.pop("baseVersion", None)
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id, lock=True)
            await _refuse_second(opened, draft, owner, row)
            newest = row.body.get("latestVersion")
            whole = {k: v for k, v in resources.whole_body(row).items() if k not in _OWN}
            refuse(kind.patch_problems(body, whole))
            made = await resources.insert(
                opened,
                caller.identity,
                draft,
                {**whole, **body},
                managed={owner: str(row.id), "baseVersion": base or newest},
            )
            return resources.shown(draft, made)

    async def listed(caller: Private, entity_id: str) -> dict[str, Any]:
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id)
            found = await _drafts(opened, draft, owner, row)
            results = [resources.shown(draft, one) for one in found]
        return {"results": results, "metadata": {"limit": 1, "hasNextPage": False}}

    async def get(caller: Private, entity_id: str, draft_id: str) -> dict[str, Any]:
        within = {owner: str(resources.valid_id(entity_id))}
        return await resources.get(caller.identity, draft, draft_id, within=within)

    async def update(
        caller: Private, entity_id: str, draft_id: str, request: Request
    ) -> dict[str, Any]:
        within = {owner: str(resources.valid_id(entity_id))}
        patch = await json_object(request)
        return await resources.update(caller.identity, draft, draft_id, patch, within=within)

    async def delete(caller: Private, entity_id: str, draft_id: str) -> dict[str, Any]:
        within = {owner: str(resources.valid_id(entity_id))}
        return await resources.delete(caller.identity, draft, draft_id, within=within)

    router.add_api_route(path, create, methods=["POST"], status_code=201)
    router.add_api_route(path, listed, methods=["GET"])
    router.add_api_route(path + "/{draft_id}", get, methods=["GET"])
    router.add_api_route(path + "/{draft_id}", update, methods=["PATCH"])
    router.add_api_route(path + "/{draft_id}", delete, methods=["DELETE"])
    return router


async def apply(opened: AsyncSession, kind: Kind, row: Resource, draft_id: str) -> None:
    """Make a draft what its entity is, and remove it.

    Args:
        opened: a session of the organization.
        kind: of the entity.
        row: the entity, locked.
        draft_id: as the client wrote it.

    Raises:
        Missing: the entity has no such draft.
    """
    draft = _draft(kind)
    owner = f"{kind.name}Id"
    within = {owner: str(row.id)}
    found = await resources.row(opened, draft, draft_id, lock=True, within=within)
    body = resources.whole_body(found)
    clean = {name: one for name, one in body.items() if name not in {owner, *_OWN}}
    unset = dict.fromkeys(resources.whole_body(row).keys() - clean.keys() - kind.managed)
    await resources.change(opened, kind, row, {**clean, **unset})
    await opened.delete(found)


@cache
def _draft(kind: Kind) -> Kind:
    return replace(
        kind,
        name=f"{kind.name}-draft",
        title=f"{kind.title} draft",
        references={},
        versioned=False,
        managed=frozenset({f"{kind.name}Id", *_OWN}),
    )


async def _drafts(opened: AsyncSession, draft: Kind, owner: str, row: Resource) -> list[Resource]:
    statement = select(Resource).where(
        Resource.kind == draft.name, property_of(owner) == str(row.id)
    )
    return list(await opened.scalars(statement.limit(1)))


async def _refuse_second(opened: AsyncSession, draft: Kind, owner: str, row: Resource) -> None:
    for existing in await _drafts(opened, draft, owner, row):
        raise Conflicting(
            {
                "error": "draft_exists",
                "message": "There is a draft already; change, publish or delete it.",
                "existingDraftId": str(existing.id),
            }
        )
