"""`/analytics`, `/logs`, and what `/reporting` does beyond keeping entities."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.reporting import analytics, boards, insights, logs

router = APIRouter(tags=["reporting"])


@router.post("/analytics")
async def analyse(caller: Private, request: Request) -> list[dict[str, Any]]:
    return await analytics.analyse(caller.identity, await json_object(request))


@router.post("/reporting/insight/preview", status_code=201)
async def preview(caller: Private, request: Request) -> dict[str, Any]:
    return await insights.preview(caller.identity, await json_object(request))


@router.post("/reporting/insight/{insight_id}/run", status_code=201)
async def run(caller: Private, insight_id: str, request: Request) -> dict[str, Any]:
    return await insights.run(caller.identity, insight_id, await json_object(request))


@router.get("/reporting/board/default/metrics-overview")
async def overview(caller: Private) -> dict[str, Any]:
    return await boards.overview(caller.identity)


@router.get("/logs")
async def list_logs(caller: Private, request: Request) -> dict[str, Any]:
    return await logs.listed(caller.identity, request.query_params)


@router.delete("/logs")
async def delete_logs(caller: Private, request: Request) -> dict[str, Any]:
    return await logs.remove(caller.identity, request.query_params)
