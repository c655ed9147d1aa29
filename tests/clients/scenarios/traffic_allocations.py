"""Traffic allocations: which published versions of an assistant take the calls."""

from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    traffic = sdk.traffic_allocations
    assistant = await sdk.assistants.create(name="Accueil")
    version = await world.publish(assistant.id)
    made = await traffic.traffic_allocation_controller_create(
        assistant_id=assistant.id,
        allocation_intent="explicit",
        targets=[{"assistantVersion": version, "percentage": 100}],
        description="Tout sur la première",
    )
    assert [one.assistant_version for one in made.targets] == [version]
    assert same(await traffic.traffic_allocation_controller_find_one(made.id), made)
    latest = await traffic.traffic_allocation_controller_latest_get(assistant_id=assistant.id)
    assert latest.allocation.id == made.id
    page = await traffic.traffic_allocation_controller_find_all_paginated(assistant_id=assistant.id)
    assert page.results[0].id == made.id
    follow = await traffic.traffic_allocation_controller_create(
        assistant_id=assistant.id,
        allocation_intent="follow-latest",
        expected_current_allocation_id=made.id,
    )
    assert follow.targets == []
    await sdk.refused(404, traffic.traffic_allocation_controller_find_one(str(uuid4())))
