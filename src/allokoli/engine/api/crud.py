"""Routes of an entity kind, from its declaration."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.kinds import Kind
from allokoli.engine.api.listing import read_listing


def crud(kind: Kind) -> APIRouter:
    """POST, GET (list and one), PATCH and DELETE, as Vapi answers them."""
    router = APIRouter(tags=[kind.name])

    @router.post(kind.path, status_code=201)
    async def create(caller: Private, request: Request) -> dict[str, Any]:
        return await resources.create(caller.identity, kind, await json_object(request))

    @router.get(kind.path)
    async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
        listing = read_listing(request.query_params)
        return await resources.listed(caller.identity, kind, listing)

    @router.get(kind.path + "/{entity_id}")
    async def get(caller: Private, entity_id: str) -> dict[str, Any]:
        return await resources.get(caller.identity, kind, entity_id)

    @router.patch(kind.path + "/{entity_id}")
    async def update(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
        patch = await json_object(request)
        return await resources.update(caller.identity, kind, entity_id, patch)

    @router.delete(kind.path + "/{entity_id}")
    async def delete(caller: Private, entity_id: str) -> dict[str, Any]:
        return await resources.delete(caller.identity, kind, entity_id)

    return router
