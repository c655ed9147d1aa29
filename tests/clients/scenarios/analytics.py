"""Analytics: calls counted and grouped."""

from typing import Any

from sdk import CheckedSdk
from vapi.types import AnalyticsOperation, AnalyticsQuery


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    call = await world.written_call(sdk)
    answers = await sdk.analytics.get(
        queries=[
            AnalyticsQuery(
                table="call",
                name="Appels",
                operations=[AnalyticsOperation(operation="count", column="id", alias="appels")],
                group_by=["assistantId"],
            ),
            AnalyticsQuery(
                table="call",
                name="Coûts",
                operations=[AnalyticsOperation(operation="sum", column="cost")],
            ),
        ]
    )
    assert [one.name for one in answers] == ["Appels", "Coûts"]
    assert answers[0].result[0]["appels"] == 1
    assert answers[0].result[0]["assistantId"] == call.assistant_id
    assert answers[1].result[0]["sumCost"] == 0
    await sdk.refused(400, sdk.analytics.get(queries=[]))
