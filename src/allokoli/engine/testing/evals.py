"""Eval runs: kept as entities, replayed by a job, ended by their end or by being deleted."""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import EVAL, EVAL_RUN
from allokoli.engine.api.wire import iso
from allokoli.engine.testing.eval_replay import MOST_MESSAGES, Replayer, TargetFailed
from allokoli.engine.testing.holding import is_kept
from allokoli.engine.testing.talking import Unwanted
from allokoli.engine.testing.targets import (
    call_body,
    check_target,
    reason_of,
    target_cast,
    target_problems,
)

_TIMEOUT_S = 300.0
_log = structlog.get_logger()


async def start(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """Queue a run of an eval.

    Args:
        identity: acts for the organization.
        body: Vapi's CreateEvalRunDTO.

    Raises:
        Invalid: the body, or what it names.
    """
    problems = EVAL_RUN.problems(body) or target_problems(body["target"])
    if not problems and (body.get("evalId") is None) == (body.get("eval") is None):
        problems = ["exactly one of evalId, eval must be given"]
    if not problems and body.get("eval") is not None:
        problems = [f"eval.{one}" for one in EVAL.problems(body["eval"])]
        if len(body["eval"].get("messages") or ()) > MOST_MESSAGES:
            problems.append(f"eval.messages must contain no more than {MOST_MESSAGES} elements")
    if problems:
        raise Invalid(problems)
    async with session(identity) as opened:
        await check_target(opened, call_body(body["target"]))
        managed = {"status": "queued", "results": [], "cost": 0, "costs": []}
        row = await resources.insert(opened, identity, EVAL_RUN, body, managed=managed)
        await jobs.defer(opened, run, org_id=str(identity.organization), run_id=str(row.id))
        return resources.shown(EVAL_RUN, row)


@jobs.task("engine.run_eval")
async def run(*, org_id: str, run_id: str) -> None:
    """Replay an eval and keep its result; done twice, the second time changes nothing."""
    identity = Identity.job(org_id)
    try:
        async with session(identity) as opened:
            row = await resources.row(opened, EVAL_RUN, run_id, lock=True)
            body = resources.whole_body(row)
            if body.get("status") == "ended":
                return
            body = {**body, "status": "running", "startedAt": iso(clock.now())}
            await resources.keep(opened, row, body)
        ended = await _ended(identity, run_id, body)
        ended |= {"status": "ended", "endedAt": iso(clock.now())}
        await resources.manage(identity, EVAL_RUN, run_id, ended)
    except Missing:
        # Deleted, which is how a run is cancelled.
        return


async def _ended(identity: Identity, run_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """How a run ended, and its results."""
    now = clock.now()
    replayer: Replayer | None = None
    try:
        messages = await _messages(identity, body)
        cast, variables = await target_cast(identity.organization, call_body(body["target"]))
        replayer = Replayer(identity.organization, cast, variables, now)
        async with asyncio.timeout(_TIMEOUT_S):
            result = await replayer.run(messages, lambda: is_kept(identity, EVAL_RUN, run_id))
    except Unwanted:
        raise Missing(EVAL_RUN.title, run_id) from None
    except Invalid as refusal:
        return _failed("error", reason_of(refusal), replayer, iso(now))
    except TargetFailed as failure:
        return _failed("error", f"The target's model failed: {failure}.", replayer, iso(now))
    except TimeoutError:
        message = f"The eval took longer than {_TIMEOUT_S:g} seconds."
        return _failed("timeout", message, replayer, iso(now))
    except (SQLAlchemyError, OSError, Missing):
        # The database is away, or the run is gone.
        raise
    except Exception as error:  # noqa: BLE001 - whatever a client wrote, its run must end
        _log.warning("eval_broke", run=run_id, error=type(error).__name__)
        message = f"The eval could not be held ({type(error).__name__})."
        return _failed("error", message, replayer, iso(now))
    return {"endedReason": "mockConversation.done", "results": [result]}


async def _messages(identity: Identity, body: dict[str, Any]) -> list[dict[str, Any]]:
    if body.get("eval") is not None:
        transient: list[dict[str, Any]] = body["eval"]["messages"]
        return transient
    try:
        async with session(identity) as opened:
            row = await resources.row(opened, EVAL, body["evalId"])
            stored: list[dict[str, Any]] = resources.whole_body(row)["messages"]
    except Missing:
        raise Invalid(f"Eval {UUID(body['evalId'])} was deleted before it ran.") from None
    if len(stored) > MOST_MESSAGES:
        raise Invalid(f"The eval has more than {MOST_MESSAGES} messages.")
    return stored


def _failed(
    reason: str, message: str, replayer: Replayer | None, started_at: str | None
) -> dict[str, Any]:
    """A run that did not come to its end fails, with what it had come to."""
    result = {
        "status": "fail",
        "messages": replayer.replay.shown if replayer else [],
        "startedAt": started_at,
        "endedAt": iso(clock.now()),
    }
    return {"endedReason": reason, "endedMessage": message, "results": [result]}
