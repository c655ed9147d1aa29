"""Scorecards: what makes a call a good one."""

from typing import Any

from lives import Life
from sdk import CheckedSdk
from vapi.types import JsonSchema, ScorecardMetric


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    cards = sdk.observability_scorecard
    life = Life(
        sdk,
        create=cards.scorecard_controller_create,
        read=cards.scorecard_controller_get,
        listing=cards.scorecard_controller_get_paginated,
        change=cards.scorecard_controller_update,
        delete=cards.scorecard_controller_remove,
    )
    polite = await sdk.structured_outputs.structured_output_controller_create(
        name="Politesse", schema=JsonSchema(type="boolean")
    )
    passed = {"type": "comparator", "comparator": "=", "value": True, "points": 1}
    metric = ScorecardMetric(structured_output_id=polite.id, conditions=[passed])
    made = await life.begins(name="Accueil", metrics=[metric])
    await life.changes(made, description="Ce qui fait un bon accueil")
    await life.ends(made)
