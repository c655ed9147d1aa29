"""Structured outputs: read out of a call that took place."""

from typing import Any

from lives import Life
from sdk import CheckedSdk
from vapi.types import JsonSchema

SCHEMA = JsonSchema(type="object", properties={"nom": JsonSchema(type="string")})


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    outputs = sdk.structured_outputs

    async def change(output_id: str, **changes: Any) -> Any:
        return await outputs.structured_output_controller_update(
            output_id, schema_override="false", **changes
        )

    life = Life(
        sdk,
        create=outputs.structured_output_controller_create,
        read=outputs.structured_output_controller_find_one,
        listing=outputs.structured_output_controller_find_all,
        change=change,
        delete=outputs.structured_output_controller_remove,
    )
    made = await life.begins(name="Nom", schema=SCHEMA, type="ai")
    await life.changes(made, name="Le nom", description="Qui appelle")
    call = await world.written_call(sdk)
    assert await outputs.structured_output_controller_run(
        call_ids=[call.id], structured_output_id=made.id, preview_enabled=True
    )
    await sdk.refused(
        400, outputs.structured_output_controller_run(call_ids=[], structured_output_id=made.id)
    )
    await life.ends(made)
