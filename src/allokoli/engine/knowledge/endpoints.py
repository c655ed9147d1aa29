"""`/v2/knowledge-base`, as Vapi answers it."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.listing import read_listing
from allokoli.engine.knowledge import service

router = APIRouter(prefix="/v2/knowledge-base", tags=["knowledge-base"])


@router.post("", status_code=201)
async def create(caller: Private, request: Request) -> dict[str, Any]:
    return await service.create(caller.identity, await json_object(request))


@router.get("")
async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
    return await service.listed(caller.identity, read_listing(request.query_params).limit)


@router.get("/{base_id}")
async def get(caller: Private, base_id: str) -> dict[str, Any]:
    return await service.get(caller.identity, base_id)


@router.patch("/{base_id}")
async def update(caller: Private, base_id: str, request: Request) -> dict[str, Any]:
    return await service.update(caller.identity, base_id, await json_object(request))


@router.delete("/{base_id}")
async def delete(caller: Private, base_id: str) -> dict[str, Any]:
    return await service.delete(caller.identity, base_id)


@router.get("/{base_id}/file")
async def files(caller: Private, base_id: str) -> list[dict[str, Any]]:
    return await service.files_of(caller.identity, base_id)


@router.post("/{base_id}/file", status_code=201)
async def attach(caller: Private, base_id: str, request: Request) -> dict[str, Any]:
    return await service.attach(caller.identity, base_id, await json_object(request))


@router.delete("/{base_id}/file/{file_id}")
async def detach(caller: Private, base_id: str, file_id: str) -> dict[str, Any]:
    return await service.detach(caller.identity, base_id, file_id)


@router.post("/{base_id}/file/{file_id}/retry", status_code=201)
async def retry(caller: Private, base_id: str, file_id: str) -> dict[str, Any]:
    return await service.retry(caller.identity, base_id, file_id)
