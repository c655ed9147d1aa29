"""Simulates one item of a run: a caller and the target talk, then what came of it is evaluated."""

import asyncio
from typing import Any

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from allokoli.core import clock, jobs, outbound
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine import servers
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import SIMULATION_RUN, SIMULATION_SUITE
from allokoli.engine.api.wire import epoch_ms, iso
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.testing.evaluations import results_of
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.holding import Play, hold
from allokoli.engine.testing.simulation_items import ITEM, RUNNING, is_wanted
from allokoli.engine.testing.simulation_runs import settle
from allokoli.engine.testing.talking import Unwanted
from allokoli.engine.testing.targets import call_body, reason_of, target_cast

_TIMEOUT_S = 300.0
_EVALUATION_TIMEOUT_S = 180.0
_MAX_REASON = 2_000
_STARTED, _ENDED = "simulation.run.started", "simulation.run.ended"
_HOOK_TIMEOUT_S = 10.0
_MOST_HOOKS = 10

_log = structlog.get_logger()


@jobs.task("engine.run_simulation_item")
async def run_item(*, org_id: str, item_id: str) -> None:
    """Simulate an item and keep its result; one that has ended is left as it is.

    A worker that died in the middle leaves the item running: its conversation is held again.
    """
    identity = Identity.job(org_id)
    claimed = await _claim(identity, item_id)
    if claimed is None:
        return
    run, item, plan = claimed
    scenario = plan["scenario"]
    await _tell(identity, scenario, _STARTED, item_id, item, None)
    ended: dict[str, Any]
    held: Held | None = None
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            held = await _held(identity, item_id, run, plan)
        if not await _change(identity, item_id, {"status": "evaluating", "metadata": _call(held)}):
            return
        async with asyncio.timeout(_EVALUATION_TIMEOUT_S):
            results = await results_of(scenario.get("evaluations") or [], held)
        ended = _judged(results, held)
    except Unwanted:
        await _finish(identity, item_id, run, None)
        return
    except Invalid as refusal:
        ended = _failed(reason_of(refusal))
    except TimeoutError:
        ended = _failed("The simulation took too long.")
    except (SQLAlchemyError, OSError):
        # The database is away: tried again later.
        raise
    except Exception as error:  # noqa: BLE001 - whatever a client wrote, its run must end
        _log.warning("simulation_broke", item=item_id, error=type(error).__name__)
        ended = _failed(f"The simulation could not be held ({type(error).__name__}).")
    await _finish(identity, item_id, run, ended)
    await _tell(identity, scenario, _ENDED, item_id, {**item, **ended}, held)


async def _claim(
    identity: Identity, item_id: str
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]] | None:
    """Mark an item running; the run, the item and its pair, or None when there is nothing to do."""
    try:
        async with session(identity) as opened:
            item = await resources.row(opened, ITEM, item_id)
            run = await resources.row(opened, SIMULATION_RUN, item.body["runId"], lock=True)
            item = await resources.row(opened, ITEM, item_id, lock=True)
            await opened.refresh(item)
            body = resources.whole_body(item)
            if body["status"] not in {"queued", *RUNNING}:
                return None
            body = {**body, "status": "running", "startedAt": iso(clock.now())}
            await resources.keep(opened, item, body)
            await settle(opened, run)
            whole = {**resources.whole_body(run), "id": str(run.id)}
            return whole, body, whole["plan"][body["pair"]]
    except Missing:
        return None


async def _held(
    identity: Identity, item_id: str, run: dict[str, Any], plan: dict[str, Any]
) -> Held:
    """Let the caller and the target talk."""
    scenario = plan["scenario"]
    mocks = {
        str(one["toolName"]): str(one.get("result") or "")
        for one in scenario.get("toolMocks") or ()
        if one.get("enabled") is not False
    }
    target = await target_cast(
        identity.organization, call_body(run["target"], scenario.get("targetOverrides"))
    )
    play = Play(plan["personality"].get("assistant") or {}, str(scenario.get("instructions") or ""))
    known = {"call": {"id": item_id, "orgId": str(identity.organization), "type": "webCall"}}
    return await hold(
        identity.organization,
        target,
        play,
        lambda: is_wanted(identity, item_id),
        known=known,
        mocks=mocks,
    )


def _judged(results: dict[str, Any], held: Held) -> dict[str, Any]:
    now = iso(clock.now())
    if results["passed"]:
        return {"status": "passed", "completedAt": now, "results": results}
    missed = [
        one["name"] for one in results["evaluations"] if one["required"] and not one["passed"]
    ]
    reason = f"Evaluations not met: {', '.join(missed)}."
    if held.ended_reason and held.ended_reason.startswith("pipeline-error"):
        reason = f"The target's model failed ({held.ended_reason}). {reason}"
    return {**_failed(reason), "results": results}


def _failed(reason: str) -> dict[str, Any]:
    now = iso(clock.now())
    shown = reason[:_MAX_REASON]
    return {"status": "failed", "failedAt": now, "completedAt": now, "failureReason": shown}


def _call(held: Held) -> dict[str, Any]:
    call = {"transcript": held.transcript, "messages": held.messages}
    return {"call": {**call, "endedReason": held.ended_reason}}


async def _change(identity: Identity, item_id: str, changes: dict[str, Any]) -> bool:
    """Change an item that is still wanted; whether it was."""
    async with session(identity) as opened:
        item = await resources.row(opened, ITEM, item_id, lock=True)
        if item.body.get("status") not in RUNNING:
            return False
        await resources.keep(opened, item, {**resources.whole_body(item), **changes})
        return True


async def _finish(
    identity: Identity, item_id: str, run: dict[str, Any], ended: dict[str, Any] | None
) -> None:
    """Keep an item's end, and the run's when it was the last."""
    try:
        async with session(identity) as opened:
            row = await resources.row(opened, SIMULATION_RUN, run["id"], lock=True)
            item = await resources.row(opened, ITEM, item_id, lock=True)
            if ended is not None and item.body.get("status") in RUNNING:
                await resources.keep(opened, item, {**resources.whole_body(item), **ended})
            over = await settle(opened, row)
            outcome = row.body.get("outcome")
    except Missing:
        return
    if over:
        await _tell_slack(identity, run, str(outcome))


async def _tell(
    identity: Identity,
    scenario: dict[str, Any],
    event: str,
    item_id: str,
    item: dict[str, Any],
    held: Held | None,
) -> None:
    """Run the scenario's hooks of an event; a server that fails changes nothing."""
    for hook in (scenario.get("hooks") or ())[:_MOST_HOOKS]:
        if hook.get("on") != event:
            continue
        for action in (hook.get("do") or ())[:_MOST_HOOKS]:
            server, include = action.get("server"), action.get("include") or {}
            if not isinstance(server, dict):
                continue
            message: dict[str, Any] = {
                "type": event,
                "timestamp": epoch_ms(clock.now()),
                "runId": item.get("runId"),
                "simulationRunItemId": item_id,
                "simulationId": item.get("simulationId"),
                "status": item.get("status"),
                "iterationNumber": item.get("iterationNumber"),
            }
            if item.get("results"):
                message["results"] = item["results"]
            if held is not None and include.get("transcript"):
                message["transcript"] = held.transcript
            if held is not None and include.get("messages"):
                message["messages"] = held.messages
            try:
                async with asyncio.timeout(_HOOK_TIMEOUT_S):
                    await servers.deliver(identity.organization, server, {"message": message})
            except (ServerFailed, TimeoutError) as failure:
                _log.info("simulation_hook_failed", item=item_id, error=type(failure).__name__)


async def _tell_slack(identity: Identity, run: dict[str, Any], outcome: str) -> None:
    """Tell the channels of the run's suites how it ended; best effort."""
    for entry in run.get("simulations") or ():
        suite_id = entry.get("simulationSuiteId") or entry.get("suiteId")
        if entry.get("type") != "simulationSuite" or not suite_id:
            continue
        try:
            async with session(identity) as opened:
                row = await resources.row(opened, SIMULATION_SUITE, str(suite_id))
                suite = resources.whole_body(row)
            url = suite.get("slackWebhookUrl")
            if isinstance(url, str) and url:
                text = f"Simulation suite “{suite.get('name')}”: {outcome}."
                async with outbound.client(timeout_s=_HOOK_TIMEOUT_S) as client:
                    await client.post(url, json={"text": text})
        except (Missing, Invalid, httpx.HTTPError, httpx.InvalidURL) as failure:
            _log.info("simulation_slack_failed", run=run["id"], error=type(failure).__name__)
