"""Suites: simulations that belong together."""

from typing import Any

from lives import Life
from sdk import CheckedSdk


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    suites = sdk.simulation_suites
    life = Life(
        sdk,
        create=suites.simulation_suite_controller_create,
        read=suites.simulation_suite_controller_find_one,
        listing=suites.simulation_suite_controller_find_all,
        change=suites.simulation_suite_controller_update,
        delete=suites.simulation_suite_controller_remove,
    )
    played = await world.simulated(sdk)
    made = await life.begins(name="Suite", simulation_ids=[played.simulation])
    await life.changes(made, name="La suite")
    copy = await suites.simulation_suite_controller_duplicate(made.id)
    assert copy.id != made.id
    await life.ends(made)
