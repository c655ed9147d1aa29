"""`/provider/{provider}/{resourceName}`: pronunciation dictionaries.

They are kept here, not at the provider: what the body says is the resource.
"""

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request

from allokoli.core.database import session
from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.crud import read
from allokoli.engine.api.kinds import PROVIDER_RESOURCE
from allokoli.engine.api.patching import patched

_PATH = PROVIDER_RESOURCE.path
_ONE = _PATH + "/{entity_id}"

router = APIRouter(tags=["provider-resource"])


@router.post(_PATH, status_code=201)
async def create(caller: Private, request: Request) -> dict[str, Any]:
    resource = await json_object(request)
    return await resources.create(
        caller.identity,
        PROVIDER_RESOURCE,
        {"resource": resource},
        managed={"resourceId": str(uuid4())},
        within=_within(request),
    )


@router.get(_PATH)
async def listed(caller: Private, request: Request) -> dict[str, Any]:
    listing = read(PROVIDER_RESOURCE, request)
    of = _within(request)
    return await resources.listed_page(caller.identity, PROVIDER_RESOURCE, listing, within=of)


@router.get(_ONE)
async def get(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
    of = _within(request)
    return await resources.get(caller.identity, PROVIDER_RESOURCE, entity_id, within=of)


@router.patch(_ONE)
async def update(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
    """Properties it names are replaced; null removes one."""
    patch = await json_object(request)
    kind, of = PROVIDER_RESOURCE, _within(request)
    async with session(caller.identity) as opened:
        row = await resources.row(opened, kind, entity_id, lock=True, within=of)
        before = resources.whole_body(row)
        changed = patched(before.get("resource") or {}, patch)
        await resources.change(opened, kind, row, {"resource": changed})
        return resources.shown(kind, row)


@router.delete(_ONE)
async def delete(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
    of = _within(request)
    return await resources.delete(caller.identity, PROVIDER_RESOURCE, entity_id, within=of)


def _within(request: Request) -> dict[str, str]:
    return {name: str(request.path_params[name]) for name in ("provider", "resourceName")}
