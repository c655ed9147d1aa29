"""How many calls ran at once, at any moment of a time range: exact, from their ends."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.reporting.bounded import rows_of
from allokoli.engine.reporting.call_table import Parameters
from allokoli.engine.reporting.time_ranges import TimeRange

_MAX_HISTORY = 1_000
_AGGREGATES = {
    "sum": "sum(n)::float8",
    "avg": "round(avg(n), 4)::float8",
    "count": "count(*)",
    "min": "min(n)::float8",
    "max": "max(n)::float8",
    "history": (
        f"(array_agg(jsonb_build_object('date', at, 'value', n) order by at))[1:{_MAX_HISTORY}]"
    ),
}


async def measured(
    opened: AsyncSession, operations: list[tuple[str, str]], times: TimeRange
) -> list[dict[str, Any]]:
    """A row a step (one row when there are no steps), of what was asked.

    Each change of the number of running calls is one measurement; so is the beginning of each step,
    so that calls which run through a step count in it.

    Args:
        opened: a session of the organization.
        operations: (operation, name of its result).
        times: the range.

    Raises:
        Invalid: see `rows_of`.
    """
    parameters = Parameters()
    start, end = parameters.add(times.start), parameters.add(times.end)
    marks = f"select cast({start} as timestamptz), 0"
    bucket = "null::timestamptz"
    if times.step:
        step, zone = parameters.add(times.step), parameters.add(times.timezone)
        bucket = f"date_trunc(cast({step} as text), at, cast({zone} as text))"
        width = parameters.add("1 " + times.step)
        if times.step == "quarter":
            width = parameters.add("3 months")
        marks += (
            f" union all select g, 0 from generate_series(date_trunc(cast({step} as text),"
            f" cast({start} as timestamptz), cast({zone} as text)), cast({end} as timestamptz),"
            f" cast({width} as interval), cast({zone} as text)) g where g > {start}"
        )
    results = ", ".join(
        f"{_AGGREGATES[operation]} as o{index}" for index, (operation, _) in enumerate(operations)
    )
    statement = (
        "with running as (select c.started_at, coalesce(c.ended_at, 'infinity') as ended_at"
        f" from engine.calls c where c.started_at <= {end}"
        f" and (c.ended_at is null or c.ended_at >= {start})),"
        " changes(at, d) as (select started_at, 1 from running"
        " union all select ended_at, -1 from running"
        f" union all {marks}),"
        " counted as (select at, sum(d) over (order by at, d rows unbounded preceding) as n"
        " from changes)"
        f" select {bucket} as step, {results} from counted"
        f" where at between {start} and {end} group by 1 order by 1"
    )
    found = await rows_of(opened, statement, parameters.values)
    names = [name for _, name in operations]
    shown = []
    for row in found:
        step_at, *values = row.values()
        measured_now = dict(zip(names, values, strict=True))
        if isinstance(step_at, datetime):
            measured_now = {"date": times.label(step_at), **measured_now}
        shown.append(measured_now)
    return shown
