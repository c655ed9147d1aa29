"""`POST /analytics`: sums, means and counts of an organization's calls, over time and by group."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.validation.limits import Limit, check_limits
from allokoli.engine.api.validation.shapes import Field, Fields, check_object
from allokoli.engine.reporting import concurrency
from allokoli.engine.reporting.bounded import rows_of
from allokoli.engine.reporting.call_table import DURATION_S, TEXTS, Parameters
from allokoli.engine.reporting.time_ranges import TimeRange, read_time_range

_MAX_QUERIES = 20
_MAX_OPERATIONS = 20
_MAX_GROUPS = 5
_MAX_HISTORY = 1_000
_LIMITS = {
    "queries.name": Limit(at_most=40),
    "operations.alias": Limit(1, 40),
    "groupByVariableValue.key": Limit(1, 100),
}
CONCURRENCY = "concurrency"
_MINUTES = f"{DURATION_S} / 60"
_FREE = "0::float8"
_COLUMNS = {
    "id": "c.id",
    "duration": _MINUTES,
    "minutesUsed": _MINUTES,
    "costBreakdown.ttsCharacters": "coalesce((c.metrics->>'characters')::float8, 0)",
    "costBreakdown.llmPromptTokens": "coalesce((c.metrics->>'promptTokens')::float8, 0)",
    "costBreakdown.llmCompletionTokens": "coalesce((c.metrics->>'completionTokens')::float8, 0)",
}
_SUBSCRIPTION = frozenset({CONCURRENCY, "minutesUsed"})
_AGGREGATES = {
    "sum": "coalesce(sum({}), 0)::float8",
    "avg": "avg({})::float8",
    "count": "count({})",
    "min": "min({})::float8",
    "max": "max({})::float8",
    "history": (
        "(array_agg(jsonb_build_object('date', c.created_at, 'value', {})"
        f" order by c.created_at, c.id))[1:{_MAX_HISTORY}]"
    ),
}
_ON_IDS = frozenset({"count", "history"})


async def analyse(identity: Identity, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a request's queries, in their order.

    Durations are in minutes, as Vapi counts them here. Costs are zero: this engine charges nothing.

    Args:
        identity: acts for the organization.
        body: Vapi's AnalyticsQueryDTO.

    Raises:
        Invalid: it is none, or asks for too much.
    """
    problems = check_object(_fields(), body) or check_limits(body, _LIMITS) or _bounds(body)
    if problems:
        raise Invalid(problems)
    results = []
    for index, query in enumerate(body["queries"]):
        # A transaction each, so that one slow query does not hold what the others read.
        async with session(identity) as opened:
            results.append(await _answer(opened, query, f"queries.{index}"))
    return results


async def _answer(opened: AsyncSession, query: dict[str, Any], path: str) -> dict[str, Any]:
    times = read_time_range(query.get("timeRange"), path=f"{path}.timeRange")
    on_calls = [one for one in query["operations"] if one["column"] != CONCURRENCY]
    on_lines = [one for one in query["operations"] if one["column"] == CONCURRENCY]
    rows: list[dict[str, Any]] = []
    if on_calls:
        rows = await _of_calls(opened, query, on_calls, times)
    if on_lines:
        names = [(one["operation"], _name(one)) for one in on_lines]
        rows = _joined(rows, await concurrency.measured(opened, names, times))
    return {"name": query["name"], "timeRange": times.to_json(), "result": rows}


async def _of_calls(
    opened: AsyncSession, query: dict[str, Any], operations: list[dict[str, Any]], times: TimeRange
) -> list[dict[str, Any]]:
    parameters = Parameters()
    groups = [(name, TEXTS[name]) for name in query.get("groupBy") or ()]
    for one in query.get("groupByVariableValue") or ():
        key = parameters.add(one["key"])
        value = "c.request->'assistantOverrides'->'variableValues'->>cast({} as text)"
        groups.append((f"variableValues.{one['key']}", value.format(key)))
    if times.step:
        step, zone = parameters.add(times.step), parameters.add(times.timezone)
        trunc = f"date_trunc(cast({step} as text), c.created_at, cast({zone} as text))"
        groups.insert(0, ("date", trunc))
    start, end = parameters.add(times.start), parameters.add(times.end)
    columns = [f"{sql} as g{index}" for index, (_, sql) in enumerate(groups)]
    columns += [f"{_aggregate(one)} as o{index}" for index, one in enumerate(operations)]
    # By position: a group's expression holds parameters, which PostgreSQL would not know again.
    positions = ", ".join(str(index + 1) for index in range(len(groups)))
    grouped = f" group by {positions} order by {positions}" if groups else ""
    statement = (
        f"select {', '.join(columns)} from engine.calls c"
        f" where c.created_at between {start} and {end}{grouped}"
    )
    found = await rows_of(opened, statement, parameters.values)
    named = [name for name, _ in groups] + [_name(one) for one in operations]
    return [
        {
            name: times.label(value) if isinstance(value, datetime) else value
            for name, value in zip(named, row.values(), strict=True)
        }
        for row in found
    ]


def _aggregate(operation: dict[str, Any]) -> str:
    return _AGGREGATES[operation["operation"]].format(_COLUMNS.get(operation["column"], _FREE))


def _name(operation: dict[str, Any]) -> str:
    """`sumDuration`, `avgCostBreakdownLlm`, or the alias."""
    parts = str(operation["column"]).split(".")
    column = "".join(part[:1].upper() + part[1:] for part in parts)
    return str(operation.get("alias") or operation["operation"] + column)


def _joined(rows: list[dict[str, Any]], measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of calls, each with what was measured in its step; the other steps after them."""
    by_date = {one.get("date"): one for one in measured}
    joined = [{**row, **by_date.pop(row.get("date"), {})} for row in rows]
    joined += by_date.values()
    return sorted(joined, key=lambda row: row.get("date") or "")


def _bounds(body: dict[str, Any]) -> list[str]:
    queries = body["queries"]
    problems = _count("queries", queries, _MAX_QUERIES)
    for index, query in enumerate(queries[:_MAX_QUERIES]):
        path = f"queries.{index}"
        operations = query["operations"]
        groups = [*(query.get("groupBy") or ()), *(query.get("groupByVariableValue") or ())]
        problems += _count(f"{path}.operations", operations, _MAX_OPERATIONS)
        if len(groups) > _MAX_GROUPS:
            problems.append(f"{path}.groupBy must contain no more than {_MAX_GROUPS} elements")
        for place, one in enumerate(operations[:_MAX_OPERATIONS]):
            problems += _allowed(query, one, bool(groups), f"{path}.operations.{place}")
    return problems


def _allowed(
    query: dict[str, Any], operation: dict[str, Any], grouped: bool, path: str
) -> Iterable[str]:
    column = operation["column"]
    if column == "id" and operation["operation"] not in _ON_IDS:
        yield f"{path}.operation must be count or history on column id"
    if query["table"] == "subscription" and column not in _SUBSCRIPTION:
        yield f"{path}.column must be concurrency or minutesUsed in table subscription"
    if column == CONCURRENCY and grouped:
        yield f"{path}.column concurrency is of the whole organization and cannot be grouped"


def _count(path: str, values: list[Any], most: int) -> list[str]:
    if not values:
        return [f"{path} should not be empty"]
    return [f"{path} must contain no more than {most} elements"] if len(values) > most else []


@lru_cache(maxsize=1)
def _fields() -> Fields:
    from vapi.types.analytics_query import AnalyticsQuery

    return {"queries": Field(list[AnalyticsQuery], required=True)}
