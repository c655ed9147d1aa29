"""`/campaign` and `/v2/campaign`, as Vapi answers them."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams

from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.filters import names
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.listing import Listing, read_listing
from allokoli.engine.campaigns import contacts, service

router = APIRouter(tags=["campaign"])
_COUNTED = "includeCounters"


@router.post("/campaign", status_code=201)
@router.post("/v2/campaign", status_code=201)
async def create(caller: Private, request: Request) -> dict[str, Any]:
    return await service.create(caller.identity, await json_object(request))


@router.get("/campaign")
async def listed(caller: Private, request: Request) -> dict[str, Any]:
    return await service.listed(caller.identity, _listing(request.query_params))


@router.get("/v2/campaign")
async def summarized(caller: Private, request: Request) -> dict[str, Any]:
    counted, rest = _counted(request.query_params)
    return await service.summarized(caller.identity, _listing(rest), counted=counted)


@router.get("/campaign/{campaign_id}")
async def get(caller: Private, campaign_id: str) -> dict[str, Any]:
    return await service.get(caller.identity, campaign_id)


@router.get("/v2/campaign/{campaign_id}")
async def summary(caller: Private, campaign_id: str, request: Request) -> dict[str, Any]:
    counted, rest = _counted(request.query_params)
    if rest:
        raise Invalid([f"property {name[:80]} should not exist" for name in rest])
    return await service.summary(caller.identity, campaign_id, counted=counted)


@router.get("/v2/campaign/{campaign_id}/contacts")
async def listed_contacts(caller: Private, campaign_id: str, request: Request) -> dict[str, Any]:
    asked = contacts.read_contact_listing(request.query_params)
    return await contacts.page(caller.identity, campaign_id, asked)


@router.patch("/campaign/{campaign_id}")
@router.patch("/v2/campaign/{campaign_id}")
async def update(caller: Private, campaign_id: str, request: Request) -> dict[str, Any]:
    return await service.update(caller.identity, campaign_id, await json_object(request))


@router.delete("/campaign/{campaign_id}")
@router.delete("/v2/campaign/{campaign_id}")
async def delete(caller: Private, campaign_id: str) -> dict[str, Any]:
    return await service.delete(caller.identity, campaign_id)


def _listing(query: QueryParams) -> Listing:
    return read_listing(query, names(CAMPAIGN), paged=True)


def _counted(query: QueryParams) -> tuple[bool, QueryParams]:
    """Whether counters are asked for, and the other parameters."""
    asked = query.get(_COUNTED, "false").lower()
    if asked not in {"true", "false"}:
        raise Invalid([f"{_COUNTED} must be a boolean value"])
    rest = [(name, value) for name, value in query.multi_items() if name != _COUNTED]
    return asked == "true", QueryParams(rest)
