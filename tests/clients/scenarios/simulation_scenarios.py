"""Scenarios: what a simulated caller wants, and how it is judged."""

from typing import Any

from lives import Life
from sdk import CheckedSdk
from world import DONE


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    scenarios = sdk.simulation_scenarios
    life = Life(
        sdk,
        create=scenarios.scenario_controller_create,
        read=scenarios.scenario_controller_find_one,
        listing=scenarios.scenario_controller_find_all,
        change=scenarios.scenario_controller_update,
        delete=scenarios.scenario_controller_remove,
    )
    made = await life.begins(
        name="Annuler", instructions="Annule le rendez-vous de demain.", evaluations=[DONE]
    )
    await life.changes(made, name="Annuler demain", instructions="Annule.")
    found = await scenarios.scenario_controller_find_all(name="Annuler demain")
    assert [one.id for one in found] == [made.id]
    await life.ends(made)
