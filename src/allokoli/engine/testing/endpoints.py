"""What structured outputs, evals, simulations and test suites do beyond being kept."""

from typing import Any

from fastapi import APIRouter, Request, Response

from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.testing import structured_runs

router = APIRouter(tags=["testing"])


@router.post("/structured-output/run", status_code=201)
async def run_structured_output(
    caller: Private, request: Request, response: Response
) -> dict[str, Any]:
    body = await json_object(request)
    if body.get("previewEnabled") is True:
        response.status_code = 200
    return await structured_runs.run(caller.identity, body)
