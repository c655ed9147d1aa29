"""How assistants are tried out: evals, and simulations of callers."""

from functools import lru_cache

from sqlalchemy import ColumnElement, Text, cast, exists, func
from sqlalchemy.orm import aliased

from allokoli.engine.api.kinds.kind import Kind, array, sdk, sdk_type
from allokoli.engine.api.models import Resource
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields


@lru_cache(maxsize=1)
def _eval_run() -> Fields:
    return {
        "type": Field(sdk_type("CreateEvalRunDtoType", "eval"), required=True),
        "target": Field(sdk_type("CreateEvalRunDtoTarget", "eval"), required=True),
        "eval": Field(sdk_type("CreateEvalDto")),
        "evalId": Field(str),
    }


@lru_cache(maxsize=1)
def _suite() -> Fields:
    return {
        "name": Field(str, required=True),
        "simulationIds": Field(array(str), required=True),
        "slackWebhookUrl": Field(str),
        "targetAssignments": Field(array(sdk_type("SimulationSuiteTargetAssignment"))),
        "path": Field(str),
    }


@lru_cache(maxsize=1)
def _simulation() -> Fields:
    return {
        "scenarioId": Field(str, required=True),
        "personalityId": Field(str, required=True),
        "name": Field(str),
        "path": Field(str),
    }


@lru_cache(maxsize=1)
def _simulation_run() -> Fields:
    item = sdk_type("CreateSimulationRunDtoSimulationsItem", "simulation_runs")
    target = sdk_type("CreateSimulationRunDtoTarget", "simulation_runs")
    return {
        "simulations": Field(array(item), required=True),
        "target": Field(target, required=True),
        "iterations": Field(float),
        "transport": Field(sdk_type("SimulationRunTransportConfiguration")),
    }


def _standalone(value: str) -> ColumnElement[bool] | None:
    """Simulations no suite holds."""
    if value != "true":
        return None
    suite = aliased(Resource)
    return ~exists().where(
        suite.kind == "simulation-suite",
        suite.body["simulationIds"].contains(func.to_jsonb(cast(Resource.id, Text))),
    )


EVAL = Kind(
    "eval",
    "Eval",
    "/eval",
    sdk("CreateEvalDto"),
    family="page",
    filters={"id": "id"},
    limits=limits.EVAL,
)
EVAL_RUN = Kind(
    "eval-run",
    "Eval run",
    "/eval/run",
    _eval_run,
    family="page",
    filters={"id": "id"},
    references={"evalId": "eval"},
    managed=frozenset(
        {"status", "endedReason", "endedMessage", "startedAt", "endedAt", "results", "cost"}
        | {"costs"}
    ),
    plain=False,
)
PERSONALITY = Kind(
    "personality",
    "Personality",
    "/eval/simulation/personality",
    sdk("CreatePersonalityDto"),
    held=True,
    family="paged-array",
    limits=limits.TRIED,
)
SCENARIO = Kind(
    "scenario",
    "Scenario",
    "/eval/simulation/scenario",
    sdk("CreateScenarioDto"),
    held=True,
    family="paged-array",
    filters={"idAny": "id", "name~": "name"},
    limits=limits.SCENARIO,
)
SIMULATION = Kind(
    "simulation",
    "Simulation",
    "/eval/simulation",
    _simulation,
    family="paged-array",
    filters={"idAny": "id"},
    conditions={"standaloneOnly": _standalone},
    limits=limits.TRIED,
    references={"scenarioId": "scenario", "personalityId": "personality"},
)
SIMULATION_SUITE = Kind(
    "simulation-suite",
    "Simulation suite",
    "/eval/simulation/suite",
    _suite,
    family="paged-array",
    filters={"name~": "name"},
    limits=limits.TRIED,
    references={"simulationIds": "simulation"},
    derived=lambda _body: {"targetAssignments": []},
)
SIMULATION_RUN = Kind(
    "simulation-run",
    "Simulation run",
    "/eval/simulation/run",
    _simulation_run,
    family="page",
    filters={
        "status": "status",
        "filterStatus": "outcome",
        "targetType": "target.type",
        "targetId": "targetId",
    },
    limits=limits.SIMULATION_RUN,
    managed=frozenset(
        {"status", "queuedAt", "startedAt", "endedAt", "endedReason", "itemCounts", "outcome"}
        | {"plan", "targetId", "targetName"}
    ),
    plain=False,
)
