"""An owner asks what their calls amount to."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from vapi.types.analytics_operation import AnalyticsOperation
from vapi.types.analytics_query import AnalyticsQuery
from vapi.types.time_range import TimeRange

from allokoli.core.database import session
from allokoli.engine.calls.models import Call

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def called(at):
    """Calls that took place, at a clock set to the Friday after."""
    at(MONDAY + timedelta(days=4))

    async def make(tenant, minutes_after: float, lasting_s: float | None, **columns):
        start = MONDAY + timedelta(minutes=minutes_after)
        ended = start + timedelta(seconds=lasting_s) if lasting_s is not None else None
        fields = {
            "type": "webCall",
            "status": "ended" if ended else "in-progress",
            "transport": "daily",
            "ended_reason": "customer-ended-call" if ended else None,
            **columns,
        }
        call = Call(
            id=uuid4(),
            org_id=tenant.org_id,
            created_at=start,
            updated_at=start,
            started_at=start,
            ended_at=ended,
            **fields,
        )
        async with session(tenant.identity) as opened:
            opened.add(call)
        return call

    return make


def operation(kind: str, column: str, alias: str | None = None) -> AnalyticsOperation:
    return AnalyticsOperation(operation=kind, column=column, alias=alias)


async def ask(tenant, query: AnalyticsQuery) -> list[dict]:
    (result,) = await tenant.sdk().analytics.get(queries=[query])
    assert result.name == query.name
    assert result.time_range.timezone
    return result.result


async def post(tenant, body) -> httpx.Response:
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as client:
        return await client.post("/analytics", json=body)


def raw(**changes) -> dict:
    query = {"table": "call", "name": "q", "operations": [{"operation": "count", "column": "id"}]}
    return {"queries": [{**query, **changes}]}


async def test_counts_and_durations_are_those_of_the_calls(tenant, called):
    await called(tenant, 0, 60)
    await called(tenant, 5, 180)
    rows = await ask(
        tenant,
        AnalyticsQuery(
            table="call",
            name="all",
            operations=[
                operation("count", "id"),
                operation("sum", "duration"),
                operation("avg", "duration", "mean"),
                operation("min", "duration"),
                operation("max", "duration"),
                operation("sum", "cost"),
                operation("sum", "costBreakdown.llmPromptTokens"),
            ],
        ),
    )
    assert rows == [
        {
            "countId": 2,
            "sumDuration": 4.0,
            "mean": 2.0,
            "minDuration": 1.0,
            "maxDuration": 3.0,
            "sumCost": 0.0,
            "sumCostBreakdownLlmPromptTokens": 0.0,
        }
    ]


async def test_calls_are_cut_into_days_of_the_time_zone_asked_for(tenant, called):
    await called(tenant, 0, 60)
    # 23:30 in London is already Tuesday in Paris.
    await called(tenant, 14 * 60 + 30, 60)
    query = {"table": "call", "name": "days", "operations": [operation("count", "id")]}
    in_utc = await ask(tenant, AnalyticsQuery(**query, time_range=TimeRange(step="day")))
    in_paris = await ask(
        tenant,
        AnalyticsQuery(**query, time_range=TimeRange(step="day", timezone="Europe/Paris")),
    )
    assert in_utc == [{"date": "2026-03-02T00:00:00+00:00", "countId": 2}]
    assert in_paris == [
        {"date": "2026-03-02T00:00:00+01:00", "countId": 1},
        {"date": "2026-03-03T00:00:00+01:00", "countId": 1},
    ]


async def test_calls_are_grouped_by_columns_and_by_the_callers_own_variables(tenant, called):
    bronze = {"assistantOverrides": {"variableValues": {"plan": "bronze"}}}
    await called(tenant, 0, 60, analysis={"successEvaluation": "true"}, request=bronze)
    await called(tenant, 1, 60, analysis={"successEvaluation": "false"})
    body = raw(groupBy=["analysis.successEvaluation"], groupByVariableValue=[{"key": "plan"}])
    (result,) = (await post(tenant, body)).json()
    assert result["result"] == [
        {"analysis.successEvaluation": "false", "variableValues.plan": None, "countId": 1},
        {"analysis.successEvaluation": "true", "variableValues.plan": "bronze", "countId": 1},
    ]


async def test_history_gives_each_value_in_its_order(tenant, called):
    await called(tenant, 5, 180)
    await called(tenant, 0, 60)
    rows = await ask(
        tenant,
        AnalyticsQuery(table="call", name="h", operations=[operation("history", "duration")]),
    )
    assert [one["value"] for one in rows[0]["historyDuration"]] == [1.0, 3.0]


async def test_concurrency_counts_the_calls_that_ran_at_once(tenant, called):
    await called(tenant, 0, 600)
    await called(tenant, 5, 600)
    await called(tenant, 60, 60)
    # Runs through a whole day in which nothing else happens.
    await called(tenant, 2 * 24 * 60, 40 * 3600)
    rows = await ask(
        tenant,
        AnalyticsQuery(
            table="subscription",
            name="lines",
            operations=[operation("max", "concurrency"), operation("sum", "minutesUsed")],
            time_range=TimeRange(step="day"),
        ),
    )
    highest = {row["date"][:10]: row["maxConcurrency"] for row in rows}
    assert highest["2026-03-02"] == 2
    assert highest["2026-03-03"] == 0
    assert highest["2026-03-05"] == 1
    assert rows[-1]["date"].startswith("2026-03-06")
    used = {row["date"][:10]: row.get("sumMinutesUsed") for row in rows}
    assert used["2026-03-02"] == 21.0


async def test_another_organizations_calls_count_for_nothing(tenant, make_tenant, called):
    await called(tenant, 0, 60)
    stranger = await make_tenant()
    rows = await ask(
        stranger,
        AnalyticsQuery(
            table="call",
            name="q",
            operations=[operation("count", "id"), operation("max", "concurrency")],
        ),
    )
    assert rows == [{"countId": 0, "maxConcurrency": 0.0}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "x" * 41}, "name must be shorter"),
        ({"table": "users"}, "table must be one of"),
        ({"operations": []}, "should not be empty"),
        ({"operations": [{"operation": "sum", "column": "id"}]}, "count or history"),
        ({"operations": [{"operation": "sum", "column": "x; drop table"}]}, "must be one of"),
        ({"groupBy": ["assistant"]}, "must be one of"),
        ({"timeRange": {"timezone": "../../etc/passwd"}}, "time zone"),
        ({"timeRange": {"timezone": "Europe/Paris'; --"}}, "time zone"),
        ({"timeRange": {"step": "second", "start": "2020-01-01T00:00:00Z"}}, "steps of a second"),
        ({"timeRange": {"start": "2030-01-01T00:00:00Z"}}, "must not be after"),
        ({"timeRange": {"start": "yesterday"}}, "ISO 8601"),
        ({"table": "subscription"}, "must be concurrency or minutesUsed"),
        ({"surprise": 1}, "should not exist"),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_name(tenant, change, told):
    answer = await post(tenant, raw(**change))
    assert answer.status_code == 400, answer.text
    assert told in str(answer.json()["message"])


async def test_a_thousand_queries_are_refused_and_a_hostile_group_key_is_only_text(tenant, called):
    await called(tenant, 0, 60)
    many = raw()["queries"] * 1000
    assert (await post(tenant, {"queries": many})).status_code == 400
    hostile = raw(groupByVariableValue=[{"key": "x'); delete from engine.calls; --"}])
    (result,) = (await post(tenant, hostile)).json()
    assert result["result"][0]["countId"] == 1


async def test_a_public_key_reads_no_figures(tenant):
    async with httpx.AsyncClient(base_url=tenant.base_url) as client:
        headers = {"authorization": f"Bearer {tenant.public}"}
        assert (await client.post("/analytics", json=raw(), headers=headers)).status_code == 403
