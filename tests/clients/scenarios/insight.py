"""Insights: charts over calls."""

from typing import Any
from uuid import uuid4

from sdk import CheckedSdk

QUERY = {
    "type": "vapiql-json",
    "table": "call",
    "column": "id",
    "operation": "count",
    "name": "appels",
}


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    insight = sdk.insight
    await world.written_call(sdk)
    for kind in ("line", "pie", "text", "bar"):
        made = await insight.insight_controller_create(
            request={"type": kind, "name": "Appels", "queries": [QUERY]}
        )
        assert made.type == kind
        read = await insight.insight_controller_find_one(made.id)
        assert (read.id, read.name) == (made.id, "Appels")
        ran = await insight.insight_controller_run(made.id)
        assert ran.insight_id == made.id
        assert await insight.insight_controller_preview(
            request={"type": kind, "name": "Appels", "queries": [QUERY]}
        )
    page = await insight.insight_controller_find_all()
    assert [one.type for one in page.results] == ["bar", "text", "pie", "line"]
    changed = await insight.insight_controller_update(
        made.id, request={"type": "bar", "name": "Les appels"}
    )
    assert changed.name == "Les appels"
    await sdk.refused(404, insight.insight_controller_find_one(str(uuid4())))
    assert (await insight.insight_controller_remove(made.id)).id == made.id
    await sdk.refused(404, insight.insight_controller_find_one(made.id))
