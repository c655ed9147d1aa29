"""What structured outputs, evals and simulations do beyond being kept."""

from typing import Any

from fastapi import APIRouter, Request, Response

from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.crud import read
from allokoli.engine.api.kinds import EVAL_RUN, SIMULATION_RUN
from allokoli.engine.testing import (
    evals,
    improvements,
    scenario_generation,
    simulation_items,
    simulation_runs,
    simulation_suites,
    structured_runs,
    suite_endpoints,
)

router = APIRouter(tags=["testing"])
router.include_router(suite_endpoints.router)


@router.post("/structured-output/run", status_code=201)
async def run_structured_output(
    caller: Private, request: Request, response: Response
) -> dict[str, Any]:
    body = await json_object(request)
    if body.get("previewEnabled") is True:
        response.status_code = 200
    return await structured_runs.run(caller.identity, body)


@router.post("/eval/run", status_code=201)
async def run_eval(caller: Private, request: Request) -> dict[str, Any]:
    return await evals.start(caller.identity, await json_object(request))


@router.get("/eval/run")
async def list_eval_runs(caller: Private, request: Request) -> dict[str, Any]:
    return await resources.listed_page(caller.identity, EVAL_RUN, read(EVAL_RUN, request))


@router.get("/eval/run/{run_id}")
async def get_eval_run(caller: Private, run_id: str) -> dict[str, Any]:
    return await resources.get(caller.identity, EVAL_RUN, run_id)


@router.delete("/eval/run/{run_id}")
async def delete_eval_run(caller: Private, run_id: str) -> dict[str, Any]:
    return await resources.delete(caller.identity, EVAL_RUN, run_id)


@router.post("/eval/simulation/run", status_code=201)
async def run_simulations(caller: Private, request: Request) -> dict[str, Any]:
    return await simulation_runs.start(caller.identity, await json_object(request))


@router.get("/eval/simulation/run")
async def list_simulation_runs(caller: Private, request: Request) -> dict[str, Any]:
    return await simulation_runs.listed(caller.identity, read(SIMULATION_RUN, request))


@router.get("/eval/simulation/run/{run_id}")
async def get_simulation_run(caller: Private, run_id: str) -> dict[str, Any]:
    return await simulation_runs.get(caller.identity, run_id)


@router.patch("/eval/simulation/run/{run_id}")
async def cancel_simulation_run(caller: Private, run_id: str) -> dict[str, Any]:
    return await simulation_runs.cancel(caller.identity, run_id)


@router.get("/eval/simulation/run/{run_id}/item")
async def list_items(caller: Private, run_id: str, request: Request) -> list[dict[str, Any]]:
    listing = read(simulation_items.ITEM, request)
    return await simulation_items.listed(caller.identity, run_id, listing)


@router.get("/eval/simulation/run/{run_id}/item/{item_id}")
async def get_item(caller: Private, run_id: str, item_id: str) -> dict[str, Any]:
    return await simulation_items.get(caller.identity, run_id, item_id)


@router.patch("/eval/simulation/run/{run_id}/item/{item_id}")
async def cancel_item(caller: Private, run_id: str, item_id: str) -> dict[str, Any]:
    return await simulation_items.cancel(caller.identity, run_id, item_id)


@router.post("/eval/simulation/run/{run_id}/item/{item_id}/generate", status_code=201)
async def suggest_improvements(
    caller: Private, run_id: str, item_id: str, force: str = "false", persist: str = "true"
) -> dict[str, Any]:
    return await improvements.suggest(
        caller.identity, run_id, item_id, force=force == "true", persist=persist != "false"
    )


@router.get("/eval/simulation/concurrency")
async def concurrency(caller: Private) -> dict[str, Any]:
    return await simulation_runs.concurrency(caller.identity)


@router.post("/eval/simulation/scenario/generate", status_code=201)
async def generate_scenarios(caller: Private, request: Request) -> dict[str, Any]:
    return await scenario_generation.generate(caller.identity, await json_object(request))


@router.post("/eval/simulation/suite/{suite_id}/duplicate", status_code=201)
async def duplicate_suite(caller: Private, suite_id: str) -> dict[str, Any]:
    return await simulation_suites.duplicate(caller.identity, suite_id)
