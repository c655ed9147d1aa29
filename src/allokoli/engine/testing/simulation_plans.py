"""What a simulation run is to do: its entries become pairs of a scenario and a personality."""

from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import (
    PERSONALITY,
    SCENARIO,
    SIMULATION,
    SIMULATION_SUITE,
    Kind,
)
from allokoli.engine.testing.evaluations import plan_problems

MOST_PAIRS = 100
MOST_ITEMS = 300
# Plays the caller when an entry names nobody: no model of its own, so it speaks from its script.
_ANYBODY = {"name": "Caller", "assistant": {}}

Pair = dict[str, Any]
"""`{simulationId, name, scenario, personality, scenarioId?, personalityId?}`, all read in."""


async def pairs_of(opened: AsyncSession, entries: list[dict[str, Any]]) -> list[Pair]:
    """The pairs that a run's entries ask for, in order.

    Args:
        opened: a session of the organization.
        entries: `simulations` of the request.

    Raises:
        Invalid: an entry names nothing, or what does not exist, or there are too many.
    """
    pairs: list[Pair] = []
    for index, entry in enumerate(entries):
        path = f"simulations.{index}"
        if entry.get("type") == "simulationSuite":
            suite_id = entry.get("simulationSuiteId") or entry.get("suiteId")
            suite = await _stored(opened, SIMULATION_SUITE, suite_id, f"{path}.simulationSuiteId")
            for simulation_id in suite.get("simulationIds") or ():
                pairs.append(await _simulation(opened, simulation_id, f"{path}.simulationSuiteId"))
                _refuse_too_many(pairs)
        elif entry.get("simulationId") is not None:
            pairs.append(await _simulation(opened, entry["simulationId"], f"{path}.simulationId"))
        else:
            pairs.append(await _inline(opened, entry, path))
        _refuse_too_many(pairs)
    if not pairs:
        raise Invalid(["simulations should not be empty"])
    return pairs


async def _simulation(opened: AsyncSession, simulation_id: Any, path: str) -> Pair:
    simulation = await _stored(opened, SIMULATION, simulation_id, path)
    pair = await _inline(
        opened,
        {name: simulation[name] for name in ("scenarioId", "personalityId")},
        path,
    )
    name = simulation.get("name") or pair["name"]
    return {**pair, "simulationId": str(simulation_id), "name": name}


async def _inline(opened: AsyncSession, entry: dict[str, Any], path: str) -> Pair:
    scenario_id, personality_id = entry.get("scenarioId"), entry.get("personalityId")
    if (scenario_id is None) == (entry.get("scenario") is None):
        raise Invalid([f"{path}: exactly one of simulationId, scenarioId, scenario must be given"])
    if personality_id is not None and entry.get("personality") is not None:
        raise Invalid([f"{path}: personalityId and personality cannot be given together"])
    scenario = entry.get("scenario")
    if scenario is None:
        scenario = await _stored(opened, SCENARIO, scenario_id, f"{path}.scenarioId")
    problems = plan_problems(scenario.get("evaluations"), f"{path}.scenario.evaluations")
    if problems:
        raise Invalid(problems)
    personality = entry.get("personality") or _ANYBODY
    if personality_id is not None:
        personality = await _stored(opened, PERSONALITY, personality_id, f"{path}.personalityId")
    pair: Pair = {
        "simulationId": str(uuid4()),
        "name": entry.get("name") or scenario.get("name"),
        "scenario": scenario,
        "personality": personality,
    }
    if scenario_id is not None:
        pair["scenarioId"] = str(scenario_id)
    if personality_id is not None:
        pair["personalityId"] = str(personality_id)
    return pair


async def _stored(opened: AsyncSession, kind: Kind, entity_id: Any, path: str) -> dict[str, Any]:
    try:
        return resources.whole_body(await resources.row(opened, kind, str(entity_id)))
    except (Missing, Invalid):
        raise Invalid([f"{path}: {kind.title} {str(entity_id)[:80]} does not exist"]) from None


def _refuse_too_many(pairs: list[Pair]) -> None:
    if len(pairs) > MOST_PAIRS:
        raise Invalid([f"simulations must not lead to more than {MOST_PAIRS} simulations"])
