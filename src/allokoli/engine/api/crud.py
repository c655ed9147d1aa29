"""Routes of an entity kind, from its declaration."""

import re
from typing import Any

from fastapi import APIRouter, Request

from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.filters import names
from allokoli.engine.api.kinds import Kind
from allokoli.engine.api.listing import Listing, read_listing

_ID = "entity_id"


def crud(kind: Kind) -> APIRouter:
    """POST, GET (list and one), PATCH and DELETE, as Vapi answers them."""
    router = APIRouter(tags=[kind.name])
    nested = bool(re.search(r"{\w+}", kind.path))

    def within(request: Request) -> dict[str, str]:
        given = {name: str(value) for name, value in request.path_params.items() if name != _ID}
        return given if nested else {}

    async def create(caller: Private, request: Request) -> dict[str, Any]:
        body = await json_object(request)
        return await resources.create(caller.identity, kind, body, within=within(request))

    async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
        listing = read(kind, request)
        return await resources.listed(caller.identity, kind, listing, within=within(request))

    async def listed_page(caller: Private, request: Request) -> dict[str, Any]:
        listing = read(kind, request)
        return await resources.listed_page(caller.identity, kind, listing, within=within(request))

    async def get(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
        return await resources.get(caller.identity, kind, entity_id, within=within(request))

    async def update(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
        patch, of = await json_object(request), within(request)
        return await resources.update(caller.identity, kind, entity_id, patch, within=of)

    async def delete(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
        return await resources.delete(caller.identity, kind, entity_id, within=within(request))

    one = f"{kind.path}/{{{_ID}}}"
    router.add_api_route(
        kind.path, create, methods=["POST"], name=f"{kind.name}_create", status_code=201
    )
    if kind.family == "page":
        router.add_api_route(
            kind.path, listed_page, methods=["GET"], name=f"{kind.name}_listed_page"
        )
    else:
        router.add_api_route(kind.path, listed, methods=["GET"], name=f"{kind.name}_listed")
    router.add_api_route(one, get, methods=["GET"], name=f"{kind.name}_get")
    router.add_api_route(one, update, methods=["PATCH"], name=f"{kind.name}_update")
    router.add_api_route(one, delete, methods=["DELETE"], name=f"{kind.name}_delete")
    return router


def read(kind: Kind, request: Request) -> Listing:
    """The listing of a kind a request asks for.

    Raises:
        Invalid: unknown parameter, bad number, bad date.
    """
    return read_listing(request.query_params, names(kind), paged=kind.family != "array")
