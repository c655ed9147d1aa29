"""The board every organization finds ready: an overview of its calls."""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import stored

KEY = "metrics-overview"
_CALLS = {"type": "vapiql-json", "table": "call"}


def _query(name: str, column: str, operation: str, *filters: dict[str, Any]) -> dict[str, Any]:
    query = {**_CALLS, "name": name, "column": column, "operation": operation}
    return {**query, "filters": list(filters)} if filters else query


def _text(name: str, *queries: dict[str, Any], formula: str | None = None) -> dict[str, Any]:
    insight: dict[str, Any] = {"type": "text", "name": name, "queries": list(queries)}
    if formula:
        insight["formula"] = {"name": name, "formula": formula}
    return {**insight, "timeRange": {"start": "-7d", "end": "now"}}


_COUNT = _query("Calls", "id", "count")
_DONE = {
    "column": "endedReason",
    "operator": "in",
    "value": ["customer-ended-call", "assistant-ended-call", "assistant-said-end-call-phrase"],
}
# Each insight with its place: (x, y, width, height) on six columns.
_INSIGHTS: dict[str, tuple[dict[str, Any], tuple[int, int, int, int]]] = {
    "total-calls": (_text("Calls", _COUNT), (0, 0, 2, 1)),
    "average-duration": (
        _text("Average duration (s)", _query("Duration", "duration", "average")),
        (2, 0, 2, 1),
    ),
    "completed-share": (
        _text(
            "Calls that ended well (%)",
            _COUNT,
            _query("Completed", "id", "count", _DONE),
            formula="{{Completed}} / {{Calls}} * 100",
        ),
        (4, 0, 2, 1),
    ),
    "calls-per-day": (
        {
            "type": "line",
            "name": "Calls per day",
            "queries": [_COUNT],
            "timeRange": {"start": "-7d", "end": "now", "step": "day"},
        },
        (0, 1, 3, 2),
    ),
    "ended-reasons": (
        {
            "type": "pie",
            "name": "How calls end",
            "queries": [_COUNT],
            "groupBy": "endedReason",
            "timeRange": {"start": "-7d", "end": "now"},
        },
        (3, 1, 3, 2),
    ),
    "answer-time": (
        {
            "type": "line",
            "name": "Time to answer (ms)",
            "queries": [_query("Answer", "averageTurnLatency", "average")],
            "timeRange": {"start": "-7d", "end": "now", "step": "day"},
        },
        (0, 3, 6, 2),
    ),
}


async def overview(identity: Identity) -> dict[str, Any]:
    """The board of the organization's figures, made with its insights when first asked for."""
    async with session(identity) as opened:
        board = await _found(opened, identity, "board", KEY)
        if board is None:
            # Two first requests at once must not make two boards.
            await opened.execute(
                text("select pg_advisory_xact_lock(hashtextextended(:key, 1))"),
                {"key": f"{identity.organization} {KEY}"},
            )
            board = await _found(opened, identity, "board", KEY) or await _make(opened, identity)
        return stored(board)


async def _make(opened: AsyncSession, identity: Identity) -> Resource:
    items = []
    for key, (insight, (x, y, width, height)) in _INSIGHTS.items():
        row = await _found(opened, identity, "insight", key)
        if row is None:
            row = await _add(opened, identity, "insight", {**insight, "systemKey": key})
        items.append(
            {
                "type": "insight",
                "insightId": str(row.id),
                "systemKey": key,
                "position": {"x": x, "y": y},
                "size": {"width": width, "height": height},
            }
        )
    board = {"name": "Overview", "layout": {"columns": 6}, "items": items, "systemKey": KEY}
    return await _add(opened, identity, "board", board)


async def _found(opened: AsyncSession, identity: Identity, kind: str, key: str) -> Resource | None:
    statement = (
        select(Resource)
        .where(
            Resource.org_id == identity.organization,
            Resource.kind == kind,
            Resource.body["systemKey"].astext == key,
        )
        .order_by(Resource.created_at)
        .limit(1)
    )
    found: Resource | None = await opened.scalar(statement)
    return found


async def _add(
    opened: AsyncSession, identity: Identity, kind: str, body: dict[str, Any]
) -> Resource:
    now = clock.now()
    row = Resource(
        org_id=identity.organization, kind=kind, body=body, created_at=now, updated_at=now
    )
    opened.add(row)
    await opened.flush()
    return row
