"""Insights: queries on calls, cut by time and group, with formulas, ready to be drawn."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import BY_NAME
from allokoli.engine.api.wire import as_uuid, iso
from allokoli.engine.reporting.bounded import rows_of
from allokoli.engine.reporting.call_table import (
    NUMBERS,
    TEXTS,
    Parameters,
    as_label,
    as_number,
    condition,
    structured_output,
)
from allokoli.engine.reporting.charts import drawn
from allokoli.engine.reporting.event_table import events_query
from allokoli.engine.reporting.formulas import Formula
from allokoli.engine.reporting.time_ranges import TimeRange, read_time_range

_MAX_QUERIES = 20
_MAX_FORMULAS = 20
_MAX_FILTERS = 50
_STEPPED = frozenset({"bar", "line"})
_SQL = {"average": "avg", "sum": "sum", "min": "min", "max": "max"}
# Where no call falls in a step, these are zero and the others have no value.
_ZERO = frozenset({"count", "sum"})


@dataclass(slots=True)
class Table:
    """The results of an insight's queries: one row a step and group.

    Attributes:
        rows: values by the name of their query or formula, by (step's beginning, group).
        names: of queries, then of formulas.
    """

    rows: dict[tuple[datetime | None, str | None], dict[str, float | None]]
    names: list[str] = field(default_factory=list)


async def preview(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """The results of an insight that is not stored.

    Raises:
        Invalid: it is no insight.
    """
    problems = BY_NAME["insight"].problems(body)
    if problems:
        raise Invalid(problems)
    return await _run(identity, body, {}, "preview")


async def run(identity: Identity, insight_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """The results of a stored insight.

    Args:
        identity: acts for the organization.
        insight_id: which.
        body: Vapi's InsightRunDTO.

    Raises:
        Invalid: the id or the body.
        Missing: there is no such insight.
    """
    _check_run(body)
    stored = await resources.get(identity, BY_NAME["insight"], insight_id)
    return await _run(identity, stored, body, stored["id"])


async def _run(
    identity: Identity, insight: dict[str, Any], asked: dict[str, Any], insight_id: str
) -> dict[str, Any]:
    kind = insight.get("type")
    stepped = kind in _STEPPED
    override = asked.get("timeRangeOverride")
    times = read_time_range(
        override if override is not None else insight.get("timeRange"),
        path="timeRange" if override is None else "timeRangeOverride",
        step="day",
        stepped=stepped,
    )
    table = await _table(identity, insight, times, asked.get("assistantId"))
    wanted = (asked.get("formatPlan") or {}).get("format") or "raw"
    now = iso(clock.now())
    shown = {
        "id": str(uuid4()),
        "insightId": insight_id,
        "orgId": str(identity.organization),
        "createdAt": now,
        "updatedAt": now,
        "name": insight.get("name"),
        "type": kind,
        "format": wanted,
        "timeRange": times.to_json(),
        **drawn(table.rows, table.names, str(kind), insight.get("groupBy"), times, wanted),
    }
    return {name: value for name, value in shown.items() if value is not None}


async def _table(
    identity: Identity, insight: dict[str, Any], times: TimeRange, assistant_id: str | None
) -> Table:
    queries = insight.get("queries") or []
    if not queries or len(queries) > _MAX_QUERIES:
        raise Invalid([f"queries must contain between 1 and {_MAX_QUERIES} elements"])
    names = _names(queries)
    formulas = _formulas(insight, names)
    table = Table({}, names + [name for name, _ in formulas])
    for index, (name, query) in enumerate(zip(names, queries, strict=True)):
        async with session(identity) as opened:
            found = await _results(opened, query, insight, times, assistant_id, f"queries.{index}")
        for key, value in found:
            table.rows.setdefault(key, {})[name] = value
    if not table.rows and insight.get("type") == "text":
        table.rows[None, None] = {}
    for row in table.rows.values():
        for name, query in zip(names, queries, strict=True):
            row.setdefault(name, 0 if query["operation"] in _ZERO else None)
        # From a copy: a formula reads queries, never another formula.
        results = dict(row)
        row.update({name: formula.value(results) for name, formula in formulas})
    return table


async def _results(
    opened: AsyncSession,
    query: dict[str, Any],
    insight: dict[str, Any],
    times: TimeRange,
    assistant_id: str | None,
    path: str,
) -> list[tuple[tuple[datetime | None, str | None], float | None]]:
    parameters = Parameters()
    group = _group(insight.get("groupBy"), parameters)
    conditions = []
    if assistant_id is not None:
        conditions.append(f"c.assistant_id = {parameters.add(as_uuid(assistant_id))}")
    step = "null::timestamptz"
    if times.step:
        unit, zone = parameters.add(times.step), parameters.add(times.timezone)
        step = f"date_trunc(cast({unit} as text), c.created_at, cast({zone} as text))"
    start, end = parameters.add(times.start), parameters.add(times.end)
    filters = query.get("filters") or ()
    if len(filters) > _MAX_FILTERS:
        raise Invalid([f"{path}.filters must contain no more than {_MAX_FILTERS} elements"])
    if query["table"] == "events":
        value, source, joins = events_query(query, path, parameters)
        conditions += joins
    else:
        value, source = _value(query, path, parameters), "engine.calls c"
        conditions += [
            condition(one, f"{path}.filters.{place}", parameters)
            for place, one in enumerate(filters)
        ]
    where = " and ".join([f"c.created_at between {start} and {end}", *conditions])
    columns = f"{step} as step, {group} as label, {value} as value"
    statement = f"select {columns} from {source} where {where} group by 1, 2 order by 1, 2"
    if not times.step and insight.get("groupBy") is None:
        statement = f"select {columns} from {source} where {where}"
    found = await rows_of(opened, statement, parameters.values)
    return [((row["step"], row["label"]), row["value"]) for row in found]


def _value(query: dict[str, Any], path: str, parameters: Parameters) -> str:
    column, operation = query["column"], query["operation"]
    output = structured_output(column, parameters)
    if operation == "count":
        if output is None and column not in TEXTS:
            raise Invalid([f"{path}.column cannot be counted"])
        return f"count({output or TEXTS[column]})"
    if output is not None:
        return f"{_SQL[operation]}({as_number(output)})"
    if column not in NUMBERS:
        raise Invalid([f"{path}.column must be a number column for operation {operation}"])
    return f"{_SQL[operation]}({NUMBERS[column]})"


def _group(column: Any, parameters: Parameters) -> str:
    if column is None:
        return "null::text"
    output = structured_output(str(column), parameters)
    if output is not None:
        return as_label(output)
    if column not in TEXTS:
        raise Invalid(["groupBy must be a column of the call table"])
    return TEXTS[column]


def _names(queries: list[dict[str, Any]]) -> list[str]:
    names = [str(query.get("name") or f"Query {place}") for place, query in enumerate(queries, 1)]
    if len(set(names)) != len(names):
        raise Invalid(["queries must have different names"])
    return names


def _formulas(insight: dict[str, Any], names: list[str]) -> list[tuple[str, Formula]]:
    written = insight.get("formulas") or []
    path = "formulas"
    if insight.get("type") == "text":
        written, path = [insight["formula"]] if insight.get("formula") else [], "formula"
        if not written and len(names) > 1:
            raise Invalid(["formula should not be empty when there are several queries"])
    if len(written) > _MAX_FORMULAS:
        raise Invalid([f"{path} must contain no more than {_MAX_FORMULAS} elements"])
    found = []
    for place, one in enumerate(written):
        where = f"{path}.{place}.formula" if path == "formulas" else f"{path}.formula"
        source = one.get("formula") if isinstance(one, dict) else one
        if not isinstance(source, str):
            raise Invalid([f"{where} must be a string"])
        name = one.get("name") if isinstance(one, dict) else None
        found.append((str(name or f"Formula {place + 1}"), Formula(source, set(names), where)))
    return found


def _check_run(body: dict[str, Any]) -> None:
    problems = [
        f"property {name[:80]} should not exist"
        for name in body
        if name not in {"formatPlan", "timeRangeOverride", "assistantId"}
    ]
    plan = body.get("formatPlan")
    if plan is not None and (
        not isinstance(plan, dict) or plan.get("format") not in {None, "raw", "recharts"}
    ):
        problems.append("formatPlan.format must be one of the following values: raw, recharts")
    override = body.get("timeRangeOverride")
    if override is not None and not isinstance(override, dict):
        problems.append("timeRangeOverride must be an object")
    scope = body.get("assistantId")
    if scope is not None and (not isinstance(scope, str) or as_uuid(scope) is None):
        problems.append("assistantId must be a UUID")
    if problems:
        raise Invalid(problems)
