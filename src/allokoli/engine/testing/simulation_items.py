"""Items of simulation runs: one conversation each, kept as an entity within its run."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.kinds import SIMULATION_RUN, Kind
from allokoli.engine.api.listing import Listing
from allokoli.engine.api.models import Resource
from allokoli.engine.api.secrets import masked
from allokoli.engine.api.wire import iso

RUNNING = ("running", "evaluating")
_OURS = frozenset({"pair", "orderedAt"})
_STATUSES = ("queued", *RUNNING)

ITEM = Kind(
    "simulation-run-item",
    "Simulation run item",
    "/eval/simulation/run/{runId}/item",
    dict,
    family="paged-array",
    filters={"simulationId": "simulationId", "status": "status", "runId": "runId"},
    references={"runId": "simulation-run"},
    plain=False,
)


def rows_of(
    run: Resource, plan: list[dict[str, Any]], iterations: int, transport: dict[str, Any] | None
) -> list[Resource]:
    """The items of a new run, one a pair and iteration."""
    now = clock.now()
    rows = []
    for pair, one in enumerate(plan):
        for iteration in range(1, iterations + 1):
            body = {
                "runId": str(run.id),
                "simulationId": one["simulationId"],
                "scenarioId": one.get("scenarioId"),
                "personalityId": one.get("personalityId"),
                "status": "queued",
                "queuedAt": iso(now),
                "iterationNumber": iteration,
                "pair": pair,
                "configurations": {"transport": transport} if transport else None,
            }
            rows.append(
                Resource(
                    id=uuid4(),
                    org_id=run.org_id,
                    kind=ITEM.name,
                    body={name: value for name, value in body.items() if value is not None},
                    created_at=now,
                    updated_at=now,
                )
            )
    return rows


async def listed(identity: Identity, run_id: str, listing: Listing) -> list[dict[str, Any]]:
    """A run's items.

    Raises:
        Missing: there is no such run.
    """
    found = await resources.listed(identity, ITEM, listing, within={"runId": run_id})
    async with session(identity) as opened:
        run = await resources.row(opened, SIMULATION_RUN, run_id)
    return [_shown(one, run) for one in found]


async def get(identity: Identity, run_id: str, item_id: str) -> dict[str, Any]:
    """One item.

    Raises:
        Missing: there is none in this run.
    """
    async with session(identity) as opened:
        run = await resources.row(opened, SIMULATION_RUN, run_id)
        row = await resources.row(opened, ITEM, item_id, within={"runId": str(run.id)})
        return _shown(resources.shown(ITEM, row), run)


async def cancel(identity: Identity, run_id: str, item_id: str) -> dict[str, Any]:
    """Stop one item; one that has ended stays as it is.

    Raises:
        Missing: there is none in this run.
    """
    from allokoli.engine.testing.simulation_runs import settle

    async with session(identity) as opened:
        run = await resources.row(opened, SIMULATION_RUN, run_id, lock=True)
        row = await resources.row(opened, ITEM, item_id, lock=True, within={"runId": str(run.id)})
        if row.body.get("status") in _STATUSES:
            await cancel_row(opened, row)
            await settle(opened, run)
        return _shown(resources.shown(ITEM, row), run)


async def unfinished(opened: AsyncSession, run: Resource) -> list[Resource]:
    """A run's items that wait or run, locked."""
    statement = (
        select(Resource)
        .where(
            Resource.org_id == run.org_id,
            Resource.kind == ITEM.name,
            Resource.body["runId"].astext == str(run.id),
            Resource.body["status"].astext.in_(_STATUSES),
        )
        .with_for_update()
    )
    return list(await opened.scalars(statement))


async def cancel_row(opened: AsyncSession, row: Resource) -> None:
    """Mark an item canceled; its job notices at its next turn, or never starts."""
    body = resources.whole_body(row)
    await resources.keep(
        opened, row, {**body, "status": "canceled", "canceledAt": iso(clock.now())}
    )


async def is_wanted(identity: Identity, item_id: str) -> bool:
    """Whether an item's conversation should go on."""
    try:
        async with session(identity) as opened:
            row = await resources.row(opened, ITEM, item_id)
            return row.body.get("status") in RUNNING
    except Missing:
        return False


def _shown(item: dict[str, Any], run: Resource) -> dict[str, Any]:
    """An item as the wire shows it, with what it tries."""
    plan = run.body.get("plan") or []
    pair = plan[item["pair"]] if item.get("pair", len(plan)) < len(plan) else {}
    tried = {name: masked(pair[name]) for name in ("scenario", "personality") if pair.get(name)}
    simulation = {"id": pair.get("simulationId"), "name": pair.get("name")}
    shown = {name: one for name, one in item.items() if name not in _OURS}
    hooks = (pair.get("scenario") or {}).get("hooks")
    if hooks:
        shown["hooks"] = masked({"hooks": hooks})["hooks"]
    return {
        **shown,
        "metadata": {**tried, "simulation": simulation, **(item.get("metadata") or {})},
    }
