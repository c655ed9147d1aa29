"""Runs of simulations: played to their verdict, or canceled."""

from typing import Any
from uuid import uuid4

from sdk import CheckedSdk


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    runs = sdk.simulation_runs
    played = await world.simulated(sdk)
    assistant = await sdk.assistants.create(name="Accueil", model=world.model())
    body = {
        "simulations": [{"type": "simulation", "simulationId": played.simulation}],
        "target": {"type": "assistant", "assistantId": assistant.id},
        "transport": {"provider": "vapi.webchat"},
    }
    started = await runs.simulation_run_controller_create(**body)
    assert len(started.simulation_run_item_ids) == 1
    item_id = started.simulation_run_item_ids[0]
    await world.run_jobs()
    run = await runs.simulation_run_controller_find_one(started.id)
    assert run.status == "ended", run
    items = await runs.simulation_run_controller_find_items(started.id)
    assert [one.id for one in items] == [item_id]
    item = await runs.simulation_run_controller_find_item(started.id, item_id)
    assert item.status in {"passed", "failed"}
    await runs.simulation_run_controller_generate_suggestions(started.id, item_id, force="false")

    other = await runs.simulation_run_controller_create(**body)
    canceled = await runs.simulation_run_controller_cancel_item(
        other.id, other.simulation_run_item_ids[0]
    )
    assert canceled.status == "canceled"
    third = await runs.simulation_run_controller_create(**body)
    assert (await runs.simulation_run_controller_cancel_group(third.id)).status == "ended"
    everything = await runs.simulation_run_controller_find_all()
    listed = getattr(everything, "results", everything)
    assert {one.id for one in listed} == {started.id, other.id, third.id}
    await sdk.refused(404, runs.simulation_run_controller_find_one(str(uuid4())))
