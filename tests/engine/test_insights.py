"""Insights, boards: figures ready to be drawn."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from test_analytics import MONDAY

from allokoli.core.database import session
from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls.models import Call
from allokoli.engine.reporting.formulas import Formula

OUTPUT = "0b2ea5a6-8a2c-4a39-9d8f-4f7f7d1f1c11"
COUNT = {
    "type": "vapiql-json",
    "table": "call",
    "name": "Calls",
    "column": "id",
    "operation": "count",
}


@pytest.fixture
def called(at):
    """Calls that took place, seen from the Friday after."""
    at(MONDAY + timedelta(days=4))

    async def make(tenant, hours_after: float, lasting_s: float, **columns):
        start = MONDAY + timedelta(hours=hours_after)
        call = Call(
            id=uuid4(),
            org_id=tenant.org_id,
            type="webCall",
            status="ended",
            transport="daily",
            created_at=start,
            updated_at=start,
            started_at=start,
            ended_at=start + timedelta(seconds=lasting_s),
            **{"ended_reason": "customer-ended-call", **columns},
        )
        async with session(tenant.identity) as opened:
            opened.add(call)
        return call

    return make


def query(name: str, column: str, operation: str, *filters: dict, **more) -> dict:
    return {
        "type": "vapiql-json",
        "table": "call",
        "name": name,
        "column": column,
        "operation": operation,
        "filters": list(filters),
        **more,
    }


async def preview(http, insight: dict) -> dict:
    answer = await http.post("/reporting/insight/preview", json=insight)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_line_counts_calls_by_day_and_group(tenant, http, called):
    await called(tenant, 0, 60)
    await called(tenant, 1, 60, ended_reason="silence-timed-out")
    await called(tenant, 30, 60)
    line = {"type": "line", "name": "L", "queries": [COUNT], "groupBy": "endedReason"}
    stored = (await http.post("/reporting/insight", json=line)).json()
    run = await tenant.sdk().insight.insight_controller_run(stored["id"])
    assert run.insight_id == stored["id"]
    assert run.model_extra["data"] == [
        {"date": "2026-03-02T00:00:00+00:00", "endedReason": "customer-ended-call", "Calls": 1},
        {"date": "2026-03-02T00:00:00+00:00", "endedReason": "silence-timed-out", "Calls": 1},
        {"date": "2026-03-03T00:00:00+00:00", "endedReason": "customer-ended-call", "Calls": 1},
    ]
    drawn = await http.post(
        f"/reporting/insight/{stored['id']}/run",
        json={"formatPlan": {"format": "recharts"}, "timeRangeOverride": {"step": "week"}},
    )
    assert drawn.json()["data"] == [
        {"date": "2026-03-02T00:00:00+00:00", "customer-ended-call": 2, "silence-timed-out": 1}
    ]


async def test_a_text_is_a_formula_of_filtered_queries(tenant, http, called):
    await called(tenant, 0, 60)
    await called(tenant, 1, 180)
    long_calls = {"column": "duration", "operator": ">", "value": 100}
    made = await preview(
        http,
        {
            "type": "text",
            "queries": [COUNT, query("Long ones", "id", "count", long_calls)],
            "formula": {"name": "Share", "formula": "{{['Long ones']}} / {{Calls}} * 100"},
        },
    )
    assert made["data"] == [{"Calls": 2, "Long ones": 1, "Share": 50.0}]


async def test_a_pie_reads_structured_outputs(tenant, http, called):
    column = f"artifact.structuredOutputs[{OUTPUT}]"

    def left(result) -> dict:
        return {"artifacts": {"structuredOutputs": {OUTPUT: {"name": "x", "result": result}}}}

    await called(tenant, 0, 60, **left("happy"))
    await called(tenant, 1, 60, **left("happy"))
    await called(tenant, 2, 60, **left(7))
    await called(tenant, 3, 60)
    made = await preview(
        http,
        {
            "type": "pie",
            "groupBy": column,
            "queries": [
                query(
                    "Said", column, "count", {"column": column, "operator": "!=", "value": "sad"}
                ),
                query("Mean", column, "average"),
            ],
        },
    )
    by_label = {one[column]: (one["Said"], one["Mean"]) for one in made["data"]}
    assert by_label == {"happy": (2, None), "7": (1, 7.0), None: (0, None)}


async def test_latencies_are_averages_of_the_calls_turns(tenant, http, called):
    turns = {"turns": [{"turnLatency": 800.0}, {"turnLatency": 1200.0}]}
    await called(tenant, 0, 60, metrics=turns)
    await called(tenant, 1, 60)
    made = await preview(
        http, {"type": "text", "queries": [query("T", "averageTurnLatency", "average")]}
    )
    assert made["data"] == [{"T": 1000.0}]


async def test_events_are_counted_as_a_number_or_a_share(tenant, http, called):
    await called(tenant, 0, 60)
    await called(tenant, 1, 60, ended_reason="silence-timed-out")
    silent = {"type": "vapiql-json", "table": "events", "on": "call.silenceTimeout"}
    made = await preview(
        http,
        {
            "type": "bar",
            "timeRange": {"step": "year"},
            "queries": [
                {**silent, "operation": "count", "name": "n"},
                {**silent, "operation": "percentage", "name": "p"},
            ],
        },
    )
    assert [(one["n"], one["p"]) for one in made["data"]] == [(1.0, 50.0)]
    unknown = {**silent, "on": "assistant.model.tokenReceived", "operation": "count"}
    answer = await http.post(
        "/reporting/insight/preview", json={"type": "bar", "queries": [unknown]}
    )
    assert answer.status_code == 400
    assert "events this engine records" in str(answer.json()["message"])


async def test_the_overview_board_is_made_once_and_its_insights_run(tenant, http, called):
    await called(tenant, 0, 60)
    sdk = tenant.sdk()
    board = await sdk.board.board_controller_metrics_overview_ensure()
    again = await sdk.board.board_controller_metrics_overview_ensure()
    assert board.id == again.id
    assert len(board.items) >= 5
    values = {}
    for item in board.items:
        run = await sdk.insight.insight_controller_run(item.insight_id)
        values[item.system_key] = run.model_extra["data"]
    assert values["total-calls"] == [{"Calls": 1}]
    assert values["average-duration"] == [{"Duration": 60.0}]
    assert values["completed-share"][0]["Calls that ended well (%)"] == 100.0


async def test_another_organizations_insights_and_calls_do_not_exist(
    tenant, make_tenant, http, called
):
    await called(tenant, 0, 60)
    stored = (
        await http.post("/reporting/insight", json={"type": "text", "queries": [COUNT]})
    ).json()
    stranger = await make_tenant()
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=stranger.headers) as theirs:
        assert (await theirs.post(f"/reporting/insight/{stored['id']}/run")).status_code == 404
        answer = await theirs.post(
            "/reporting/insight/preview", json={"type": "text", "queries": [COUNT]}
        )
    assert answer.json()["data"] == [{"Calls": 0}]


@pytest.mark.parametrize(
    "change",
    [
        {"queries": []},
        {"queries": [COUNT, COUNT]},
        {"queries": [{**COUNT, "column": "id; drop table engine.calls"}]},
        {"queries": [{**COUNT, "column": "artifact.structuredOutputs[x']"}]},
        {"queries": [{**COUNT, "operation": "sum"}]},
        {"queries": [query("q", "id", "count", {"column": "type", "operator": "~", "value": "x"})]},
        {"queries": [query("q", "id", "count", {"column": "cost", "operator": ">", "value": "x"})]},
        {"groupBy": "secrets_sealed"},
        {"timeRange": {"start": "-99999y"}},
        {"timeRange": {"step": "minute", "start": "-1y"}},
        {"timeRange": {"timezone": "Mars/Olympus"}},
        {"formulas": [{"formula": "{{nobody}} + 1"}]},
        {"formulas": [{"formula": "1 + 1"}]},
        {"formulas": [{"formula": "{{q}} + __import__('os')"}]},
        {"formulas": [{"formula": "(" * 300 + "{{q}}" + ")" * 300}]},
    ],
)
async def test_what_is_no_insight_is_refused(http, change):
    body = {"type": "bar", "queries": [{**COUNT, "name": "q"}], **change}
    answer = await http.post("/reporting/insight/preview", json=body)
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{a}} + {{['b c']}} * 2", 14.0),
        ("({{a}} - 1) ^ 2 % 5", 4.0),
        ("-{{a}} / 0", None),
        ("9 ^ 9 ^ 9 ^ 9 * {{a}}", None),
        ("round(sqrt({{ a }}), 2) + max(1, {{a}})", 4.73),
        ("{{missing}} + 1", None),
        ("sqrt(0 - {{a}})", None),
    ],
)
def test_formulas_are_arithmetic_and_nothing_else(source, value):
    formula = Formula(source, {"a", "b c", "missing"}, "formula")
    assert formula.value({"a": 4.0 if "round" not in source else 3.0, "b c": 5.0}) == value


@pytest.mark.parametrize(
    "source", ["{{a}} +", "{{a}} {{a}}", "{{a}}; 1", "eval({{a}})", "", "{{}}"]
)
def test_what_is_no_formula_is_refused(source):
    with pytest.raises(Invalid):
        Formula(source, {"a"}, "formula")
