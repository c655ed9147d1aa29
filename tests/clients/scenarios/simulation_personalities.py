"""Personalities: who calls in a simulation."""

from typing import Any

from lives import Life
from sdk import CheckedSdk
from vapi.types import CreateAssistantDto


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    personalities = sdk.simulation_personalities
    life = Life(
        sdk,
        create=personalities.personality_controller_create,
        read=personalities.personality_controller_find_one,
        listing=personalities.personality_controller_find_all,
        change=personalities.personality_controller_update,
        delete=personalities.personality_controller_remove,
    )
    made = await life.begins(name="Pressé", assistant=CreateAssistantDto(name="Pressé"))
    await life.changes(made, name="Très pressé")
    await life.ends(made)
