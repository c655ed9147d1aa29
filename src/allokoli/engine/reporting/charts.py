"""An insight's results as a client takes them: rows as they were found, or ready for a chart."""

from datetime import datetime
from typing import Any

from allokoli.engine.reporting.time_ranges import TimeRange

_NO_GROUP = "none"

Rows = dict[tuple[datetime | None, str | None], dict[str, float | None]]


def drawn(
    rows: Rows, names: list[str], kind: str, group_by: str | None, times: TimeRange, wanted: str
) -> dict[str, Any]:
    """`data`, and the names of its series.

    Raw data has a row a step and group, each query and formula under its name. For a chart, a line
    or bar has a row a step and a series a group; a pie a slice a group; a text its value.

    Args:
        rows: by (step, group).
        names: of queries, then of formulas.
        kind: bar, line, pie or text.
        group_by: the column of the groups.
        times: the range.
        wanted: `raw` or `recharts`.
    """
    ordered = (
        sorted(rows.items(), key=lambda one: (one[0][0] is not None, one[0][0], one[0][1] or ""))
        if any(step for step, _ in rows)
        else sorted(rows.items(), key=lambda one: one[0][1] or "")
    )
    if wanted == "raw":
        return {"data": [_raw(key, row, names, group_by, times) for key, row in ordered]}
    if kind == "text":
        last = names[-1]
        value = ordered[0][1].get(last) if ordered else None
        return {"data": [{"name": last, "value": value}], "series": [last]}
    if kind == "pie":
        slices = [
            {"name": _series(name, group, names, group_by), "value": row.get(name)}
            for (_, group), row in ordered
            for name in names
        ]
        return {"data": slices, "series": ["value"]}
    by_step: dict[datetime | None, dict[str, Any]] = {}
    series: dict[str, None] = {}
    for (step, group), row in ordered:
        point = by_step.setdefault(step, {"date": times.label(step)} if step else {})
        for name in names:
            label = _series(name, group, names, group_by)
            series[label] = None
            point[label] = row.get(name)
    return {"data": list(by_step.values()), "series": list(series)}


def _raw(
    key: tuple[datetime | None, str | None],
    row: dict[str, float | None],
    names: list[str],
    group_by: str | None,
    times: TimeRange,
) -> dict[str, Any]:
    step, group = key
    return {
        **({"date": times.label(step)} if step else {}),
        **({group_by: group} if group_by else {}),
        **{name: row.get(name) for name in names},
    }


def _series(name: str, group: str | None, names: list[str], group_by: str | None) -> str:
    if group_by is None:
        return name
    label = group or _NO_GROUP
    return label if len(names) == 1 else f"{name} - {label}"
