"""Runs of simulations: kept as entities, their items simulated by jobs, a few at a time."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import SIMULATION_RUN
from allokoli.engine.api.listing import Listing
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import iso
from allokoli.engine.testing import simulation_items as items
from allokoli.engine.testing.simulation_plans import MOST_ITEMS, pairs_of
from allokoli.engine.testing.targets import call_body, check_target, target_problems

# Items of an organization that run at once.
LANES = 4
_SLOTS_EACH = 2
_OURS = frozenset({"plan", "outcome", "targetId", "targetName", "items"})
_VOICE = "vapi.websocket"
_IN_WRITING = (
    "The simulations are held in writing: the assistant's words, tools and endings are tried, "
    "speech recognition and voices are not."
)


async def start(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """Queue a run.

    Args:
        identity: acts for the organization.
        body: Vapi's CreateSimulationRunDTO.

    Raises:
        Invalid: the body, or what it names, or more than 300 conversations.
    """
    from allokoli.engine.testing.simulating import run_item

    problems = SIMULATION_RUN.problems(body) or target_problems(body["target"])
    iterations = body.get("iterations") or 1
    if not problems and iterations != int(iterations):
        problems = ["iterations must be an integer number"]
    if problems:
        raise Invalid(problems)
    now = clock.now()
    async with session(identity) as opened:
        plan = await pairs_of(opened, body["simulations"])
        count = len(plan) * int(iterations)
        if count > MOST_ITEMS:
            raise Invalid([f"a run must not hold more than {MOST_ITEMS} conversations"])
        cast = await check_target(opened, call_body(body["target"]))
        target = body["target"]
        managed = {
            "status": "queued",
            "outcome": "running",
            "queuedAt": iso(now),
            "plan": plan,
            "targetId": target.get("assistantId") or target.get("squadId"),
            "targetName": cast.first.name or None,
        }
        run = await resources.insert(opened, identity, SIMULATION_RUN, body, managed=managed)
        made = items.rows_of(run, plan, int(iterations), body.get("transport"))
        opened.add_all(made)
        await opened.flush()
        for index, item in enumerate(made):
            lane = f"simulation:{identity.organization}:{index % LANES}"
            await jobs.defer(
                opened, run_item, lock=lane, org_id=str(run.org_id), item_id=str(item.id)
            )
        shown = _shown(run, Counter({"queued": count}), plan)
    voiced = (body.get("transport") or {}).get("provider", _VOICE) == _VOICE
    return {
        **shown,
        "simulationRunItemIds": [str(item.id) for item in made],
        "url": f"{get_settings().engine_public_url}/eval/simulation/run/{shown['id']}",
        **({"message": _IN_WRITING} if voiced else {}),
    }


async def listed(identity: Identity, listing: Listing) -> dict[str, Any]:
    """A page of runs, each with its counts and a summary."""
    page = await resources.listed_page(identity, SIMULATION_RUN, listing)
    async with session(identity) as opened:
        counts = await _counts(opened, [one["id"] for one in page["results"]])
    return {
        **page,
        "results": [
            {**_public(one, counts[one["id"]]), "summary": _summary(one)} for one in page["results"]
        ],
    }


async def get(identity: Identity, run_id: str) -> dict[str, Any]:
    """One run.

    Raises:
        Invalid: the id.
        Missing: there is none.
    """
    async with session(identity) as opened:
        run = await resources.row(opened, SIMULATION_RUN, run_id)
        counts = await _counts(opened, [str(run.id)])
        return _shown(run, counts[str(run.id)], run.body.get("plan") or [])


async def cancel(identity: Identity, run_id: str) -> dict[str, Any]:
    """Stop a run: what waits never starts, what runs stops at its next turn.

    Raises:
        Invalid: the id.
        Missing: there is none.
    """
    async with session(identity) as opened:
        run = await resources.row(opened, SIMULATION_RUN, run_id, lock=True)
        if run.body.get("status") != "ended":
            for item in await items.unfinished(opened, run):
                await items.cancel_row(opened, item)
            await settle(opened, run, reason="canceled")
        counts = await _counts(opened, [str(run.id)])
        return _shown(run, counts[str(run.id)], run.body.get("plan") or [])


async def concurrency(identity: Identity) -> dict[str, Any]:
    """How many simulations run, and how many more could."""
    async with session(identity) as opened:
        running = await opened.scalar(
            select(func.count())
            .select_from(Resource)
            .where(
                Resource.org_id == identity.organization,
                Resource.kind == items.ITEM.name,
                Resource.body["status"].astext.in_(items.RUNNING),
            )
        )
    active = min(running or 0, LANES)
    now = iso(clock.now())
    return {
        "orgId": str(identity.organization),
        "concurrencyLimit": LANES * _SLOTS_EACH,
        "activeSimulations": active * _SLOTS_EACH,
        "availableToStart": LANES - active,
        "createdAt": now,
        "updatedAt": now,
        "isDefault": True,
    }


async def settle(opened: AsyncSession, run: Resource, reason: str | None = None) -> bool:
    """Bring a run's status up to date with its items.

    Args:
        opened: a session in which the run's row is locked.
        run: the row.
        reason: why it ends, if it does; `completed` when None.

    Returns:
        Whether this ended it.
    """
    counts = (await _counts(opened, [str(run.id)]))[str(run.id)]
    body = resources.whole_body(run)
    if body.get("status") == "ended":
        return False
    waiting = counts["queued"] + sum(counts[one] for one in items.RUNNING)
    started = body.get("startedAt") or iso(clock.now())
    if waiting:
        await resources.keep(opened, run, {**body, "status": "running", "startedAt": started})
        return False
    failed = counts["failed"] + counts["canceled"]
    await resources.keep(
        opened,
        run,
        {
            **body,
            "status": "ended",
            "outcome": "failed" if failed else "passed",
            "startedAt": started,
            "endedAt": iso(clock.now()),
            "endedReason": reason or "completed",
        },
    )
    return True


async def _counts(opened: AsyncSession, run_ids: Iterable[str]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {run_id: Counter() for run_id in run_ids}
    run_id, status = Resource.body["runId"].astext, Resource.body["status"].astext
    found = await opened.execute(
        select(run_id, status, func.count())
        .where(Resource.kind == items.ITEM.name, run_id.in_(list(counts)))
        .group_by(run_id, status)
    )
    for one, named, count in found:
        counts[one][named] += count
    return counts


def _shown(run: Resource, counts: Counter[str], plan: list[dict[str, Any]]) -> dict[str, Any]:
    shown = _public(resources.shown(SIMULATION_RUN, run), counts)
    shown["itemCounts"]["distinctSimulationTotal"] = len({one["simulationId"] for one in plan})
    return shown


def _public(run: dict[str, Any], counts: Counter[str]) -> dict[str, Any]:
    """A run without what is only ours, with its counts."""
    shown = {name: one for name, one in run.items() if name not in _OURS}
    return {
        **shown,
        "iterations": int(run.get("iterations") or 1),
        "itemCounts": {
            "total": sum(counts.values()),
            "passed": counts["passed"],
            "failed": counts["failed"],
            "running": sum(counts[one] for one in items.RUNNING),
            "queued": counts["queued"],
            "canceled": counts["canceled"],
        },
    }


def _summary(run: dict[str, Any]) -> dict[str, Any]:
    plan = run.get("plan") or []
    entries = run.get("simulations") or []
    first = entries[0] if entries else {}
    kind, entity_id = "adHoc", None
    if len(entries) == 1 and first.get("type") == "simulationSuite":
        kind, entity_id = "suite", first.get("simulationSuiteId") or first.get("suiteId")
    elif len(entries) == 1 and first.get("simulationId"):
        kind, entity_id = "simulation", first["simulationId"]
    simulation_ids = list(dict.fromkeys(one["simulationId"] for one in plan))
    name = first.get("name") or (plan[0]["name"] if plan else None) or "Simulations"
    source = {
        "type": kind,
        "name": name,
        "linkable": entity_id is not None,
        "simulationIds": simulation_ids,
        **({"id": entity_id} if entity_id else {}),
    }
    named = {"targetSnapshotName": run["targetName"]} if run.get("targetName") else {}
    return {"source": source, "simulationCount": len(simulation_ids), **named}
