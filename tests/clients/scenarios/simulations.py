"""Simulations: a scenario played by a personality."""

from typing import Any

from lives import Life
from sdk import CheckedSdk


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    simulations = sdk.simulations
    life = Life(
        sdk,
        create=simulations.simulation_controller_create,
        read=simulations.simulation_controller_find_one,
        listing=simulations.simulation_controller_find_all,
        change=simulations.simulation_controller_update,
        delete=simulations.simulation_controller_remove,
    )
    played = await world.simulated(sdk)
    made = await life.begins(
        name="Un pressé annule", scenario_id=played.scenario, personality_id=played.personality
    )
    await life.changes(made, name="Un client pressé")
    room = await simulations.simulation_controller_get_concurrency()
    assert room.org_id == str(world.org_id)
    assert room.available_to_start <= room.concurrency_limit
    assistant = await sdk.assistants.create(name="Accueil", model=world.model())
    generated = await simulations.simulation_generate_controller_generate(assistant_id=assistant.id)
    assert generated.scenarios
    await life.ends(made)
