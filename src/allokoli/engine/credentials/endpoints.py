"""`/credential`, as the dashboard of a voice platform uses it."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.listing import read_listing
from allokoli.engine.credentials import service

router = APIRouter(tags=["credential"])


@router.post("/credential", status_code=201)
async def create(caller: Private, request: Request) -> dict[str, Any]:
    return await service.create(caller.identity, await json_object(request))


@router.get("/credential")
async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
    return await service.listed(caller.identity, read_listing(request.query_params))


@router.get("/credential/{credential_id}")
async def get(caller: Private, credential_id: str) -> dict[str, Any]:
    return await service.get(caller.identity, credential_id)


@router.patch("/credential/{credential_id}")
async def update(caller: Private, credential_id: str, request: Request) -> dict[str, Any]:
    return await service.update(caller.identity, credential_id, await json_object(request))


@router.delete("/credential/{credential_id}")
async def delete(caller: Private, credential_id: str) -> dict[str, Any]:
    return await service.delete(caller.identity, credential_id)
