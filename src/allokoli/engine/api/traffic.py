"""`/traffic-allocations`: an append-only history; the newest of an assistant is in effect."""

from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.engine.api import resources, versions
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.crud import read
from allokoli.engine.api.errors import Conflicting, refuse
from allokoli.engine.api.kinds import ASSISTANT, TRAFFIC_ALLOCATION
from allokoli.engine.api.models import Resource

_WHOLE = Decimal(100)
_MAX_TARGETS = 20
_DECIMALS = 3

router = APIRouter(tags=["traffic-allocation"])


@router.post("/traffic-allocations", status_code=201)
async def create(caller: Private, request: Request) -> dict[str, Any]:
    body = await json_object(request)
    refuse(TRAFFIC_ALLOCATION.problems(body))
    intent = body.get("allocationIntent") or ("explicit" if body.get("targets") else None)
    targets = body.get("targets") or []
    refuse(_problems(intent, body.get("targets")))
    async with session(caller.identity) as opened:
        # Locked, so that two writers see one another's allocation.
        assistant = await resources.row(opened, ASSISTANT, body["assistantId"], lock=True)
        await _refuse_stale(opened, assistant, body)
        missing = [
            f"targets.{index}.assistantVersion: there is no version {one['assistantVersion'][:20]}"
            for index, one in enumerate(targets)
            if await versions.find(opened, assistant.id, one["assistantVersion"]) is None
        ]
        refuse(missing)
        kept = {name: body[name] for name in ("assistantId", "description") if body.get(name)}
        placed = [
            {
                "assistantVersion": one["assistantVersion"],
                "percentage": one["percentage"],
                "position": index,
            }
            for index, one in enumerate(targets)
        ]
        made = await resources.insert(
            opened,
            caller.identity,
            TRAFFIC_ALLOCATION,
            kept,
            managed={"allocationIntent": intent, "targets": placed, "actorType": "api-key"},
        )
        return _shown(made)


@router.get("/traffic-allocations")
async def listed(caller: Private, request: Request) -> dict[str, Any]:
    listing = read(TRAFFIC_ALLOCATION, request)
    return await resources.listed_page(caller.identity, TRAFFIC_ALLOCATION, listing)


@router.get("/traffic-allocations/latest")
async def latest(caller: Private, request: Request) -> dict[str, Any]:
    async with session(caller.identity) as opened:
        wanted = request.query_params.get("assistantId", "")
        assistant = await resources.row(opened, ASSISTANT, wanted)
        found = await versions.governing_allocation(opened, assistant.id)
        return {} if found is None else {"allocation": _shown(found)}


@router.get("/traffic-allocations/{entity_id}")
async def get(caller: Private, entity_id: str) -> dict[str, Any]:
    return await resources.get(caller.identity, TRAFFIC_ALLOCATION, entity_id)


def _problems(intent: Any, targets: list[dict[str, Any]] | None) -> list[str]:
    if intent is None:
        return ["allocationIntent should not be empty when there are no targets"]
    if intent == "follow-latest":
        return ["property targets should not exist"] if targets is not None else []
    if not targets:
        return ["targets should not be empty"]
    if len(targets) > _MAX_TARGETS:
        return [f"targets must contain no more than {_MAX_TARGETS} elements"]
    shares = [Decimal(str(one["percentage"])) for one in targets]
    problems = [
        f"targets.{index}.percentage must have at most {_DECIMALS} decimal places"
        for index, share in enumerate(shares)
        if share != round(share, _DECIMALS)
    ]
    if sum(shares) != _WHOLE:
        problems.append("targets: percentages must add up to 100")
    labels = [one["assistantVersion"] for one in targets]
    if len(set(labels)) < len(labels):
        problems.append("targets: each version may appear once")
    return problems


async def _refuse_stale(opened: AsyncSession, assistant: Resource, body: dict[str, Any]) -> None:
    expected = body.get("expectedCurrentAllocationId")
    if expected is None:
        return
    current = await versions.governing_allocation(opened, assistant.id)
    if current is None or str(current.id) != expected:
        raise Conflicting(
            {
                "error": "stale_allocation",
                "message": "Another allocation has taken effect since.",
                "currentAllocationId": None if current is None else str(current.id),
            }
        )


def _shown(found: Resource) -> dict[str, Any]:
    return resources.shown(TRAFFIC_ALLOCATION, found)
