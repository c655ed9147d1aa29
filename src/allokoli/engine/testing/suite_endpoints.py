"""`/test-suite/{id}/run`."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.crud import read
from allokoli.engine.api.kinds import TEST_SUITE_RUN
from allokoli.engine.testing import test_suites

router = APIRouter(tags=["testing"])
_RUNS = "/test-suite/{suite_id}/run"
_RUN = _RUNS + "/{run_id}"


@router.post(_RUNS, status_code=201)
async def start(caller: Private, suite_id: str, request: Request) -> dict[str, Any]:
    return await test_suites.start(caller.identity, suite_id, await json_object(request))


@router.get(_RUNS)
async def listed(caller: Private, suite_id: str, request: Request) -> dict[str, Any]:
    listing = read(TEST_SUITE_RUN, request)
    within = {"testSuiteId": suite_id}
    return await resources.listed_page(caller.identity, TEST_SUITE_RUN, listing, within=within)


@router.get(_RUN)
async def get(caller: Private, suite_id: str, run_id: str) -> dict[str, Any]:
    within = {"testSuiteId": suite_id}
    return await resources.get(caller.identity, TEST_SUITE_RUN, run_id, within=within)


@router.patch(_RUN)
async def rename(caller: Private, suite_id: str, run_id: str, request: Request) -> dict[str, Any]:
    patch, within = await json_object(request), {"testSuiteId": suite_id}
    return await resources.update(caller.identity, TEST_SUITE_RUN, run_id, patch, within=within)


@router.delete(_RUN)
async def delete(caller: Private, suite_id: str, run_id: str) -> dict[str, Any]:
    within = {"testSuiteId": suite_id}
    return await resources.delete(caller.identity, TEST_SUITE_RUN, run_id, within=within)
