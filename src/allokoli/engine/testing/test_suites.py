"""Runs of test suites, as `vapi-server-sdk` 1.7.0 knows them: tests held in writing, and scored."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import (
    ASSISTANT,
    PHONE_NUMBER,
    TEST_SUITE,
    TEST_SUITE_RUN,
    TEST_SUITE_TEST,
)
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import epoch_ms
from allokoli.engine.calls.overriding import overridden
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.holding import Play, hold, is_kept
from allokoli.engine.testing.judging import by_rubric
from allokoli.engine.testing.talking import Unwanted
from allokoli.engine.testing.targets import reason_of, target_cast

_MOST_TESTS = 100
_MOST_ATTEMPTS = 300
_MOST_SCORERS = 20
_ATTEMPT_TIMEOUT_S = 300.0
_ROUTED_BY = ("assistantId", "squadId", "workflowId")

Json = dict[str, Any]


async def start(identity: Identity, suite_id: str, body: Json) -> Json:
    """Queue a run of all a suite's tests.

    Args:
        identity: acts for the organization.
        suite_id: the suite.
        body: `{name}`.

    Raises:
        Invalid: the body; or the suite has no target or too many tests.
        Missing: there is no such suite.
    """
    async with session(identity) as opened:
        suite = resources.whole_body(await resources.row(opened, TEST_SUITE, suite_id))
        await _target(opened, suite)
        tests = await _tests(opened, identity, suite_id)
        attempts = sum(int(one.body.get("numAttempts") or 1) for one in tests)
        if len(tests) > _MOST_TESTS or attempts > _MOST_ATTEMPTS:
            raise Invalid(f"A run holds at most {_MOST_TESTS} tests and {_MOST_ATTEMPTS} attempts.")
        row = await resources.insert(
            opened,
            identity,
            TEST_SUITE_RUN,
            body,
            managed={"status": "queued", "testResults": []},
            within={"testSuiteId": suite_id},
        )
        await jobs.defer(opened, run, org_id=str(identity.organization), run_id=str(row.id))
        return resources.shown(TEST_SUITE_RUN, row)


@jobs.task("engine.run_test_suite")
async def run(*, org_id: str, run_id: str) -> None:
    """Run a suite's tests one after the other, keeping each result; goes on where it was."""
    identity = Identity.job(org_id)
    try:
        async with session(identity) as opened:
            row = await resources.row(opened, TEST_SUITE_RUN, run_id, lock=True)
            body = resources.whole_body(row)
            if body["status"] in {"completed", "failed"}:
                return
            await resources.keep(opened, row, {**body, "status": "in-progress"})
            suite_id = str(body["testSuiteId"])
            suite = resources.whole_body(await resources.row(opened, TEST_SUITE, suite_id))
            tests = (await _tests(opened, identity, suite_id))[:_MOST_TESTS]
            shown = [resources.shown(TEST_SUITE_TEST, one) for one in tests]
        done = {one["test"]["id"] for one in body.get("testResults") or ()}
        for test in shown:
            if test["id"] not in done:
                await _keep(identity, run_id, await _tried(identity, run_id, suite, test))
        await _end(identity, run_id)
    except (Missing, Unwanted):
        # Deleted, which is how a run is cancelled.
        return


async def _tried(identity: Identity, run_id: str, suite: Json, test: Json) -> Json:
    attempts = [
        await _attempt(identity, run_id, suite, test)
        for _ in range(int(test.get("numAttempts") or 1))
    ]
    return {"test": test, "attempts": attempts}


async def _attempt(identity: Identity, run_id: str, suite: Json, test: Json) -> Json:
    scorers = [one for one in test.get("scorers") or () if isinstance(one, dict)][:_MOST_SCORERS]
    shown: Json = {"metadata": {"sessionId": str(uuid4()), "transport": "text"}}
    try:
        async with asyncio.timeout(_ATTEMPT_TIMEOUT_S):
            held = await _held(identity, run_id, suite, test)
            verdicts = [await by_rubric(str(one.get("rubric") or ""), held) for one in scorers]
    except (SQLAlchemyError, Unwanted):
        raise
    except Exception as failure:  # noqa: BLE001 - whatever a client wrote, its run must end
        reason = _told(failure)
        scores = [_score(one, False, f"The test could not be held: {reason}") for one in scorers]
        return {**shown, "scorerResults": scores}
    shown["call"] = {
        "artifact": {
            "transcript": held.transcript,
            "messagesOpenAIFormatted": held.spoken,
            "messages": [
                {
                    "role": "bot" if one["role"] == "assistant" else "user",
                    "message": one["content"],
                    "time": epoch_ms(held.started_at),
                    "endTime": epoch_ms(held.ended_at or held.started_at),
                    "secondsFromStart": 0,
                }
                for one in held.spoken
            ],
        }
    }
    scores = [
        _score(one, verdict.passed, verdict.reason)
        for one, verdict in zip(scorers, verdicts, strict=True)
    ]
    return {**shown, "scorerResults": scores}


def _told(failure: Exception) -> str:
    if isinstance(failure, Invalid):
        return reason_of(failure)
    return "it took too long" if isinstance(failure, TimeoutError) else type(failure).__name__


def _score(scorer: Json, passed: bool, reasoning: str) -> Json:
    result = "pass" if passed else "fail"
    return {
        "type": "ai",
        "result": result,
        "reasoning": reasoning[:10_000],
        "rubric": str(scorer.get("rubric") or ""),
    }


async def _held(identity: Identity, run_id: str, suite: Json, test: Json) -> Held:
    async with session(identity) as opened:
        body = await _target(opened, suite)
        player = await _tester(opened, suite)
    plan = suite.get("testerPlan") or {}
    told = (plan.get("assistantOverrides") or {}).get("variableValues") or {}
    script = str(test.get("script") or "")
    variables = {**told, "test": {"script": script, "name": test.get("name")}}
    return await hold(
        identity.organization,
        await target_cast(identity.organization, body),
        Play(player, script, variables),
        lambda: is_kept(identity, TEST_SUITE_RUN, run_id),
    )


async def _target(opened: AsyncSession, suite: Json) -> Json:
    """The suite's target as a request for a call would name it.

    Raises:
        Invalid: it names none that can be tried here.
    """
    plan = suite.get("targetPlan") or {}
    body: Json = {}
    number_id = plan.get("phoneNumberId") or suite.get("phoneNumberId")
    if plan.get("assistantId"):
        body = {"assistantId": plan["assistantId"]}
    elif number_id:
        number = resources.whole_body(await resources.row(opened, PHONE_NUMBER, str(number_id)))
        named = next((name for name in _ROUTED_BY if number.get(name)), None)
        if named is None:
            raise Invalid("The target's phone number leads to no assistant, squad or workflow.")
        body = {named: number[named]}
    else:
        raise Invalid(
            "targetPlan must name an assistantId or a phoneNumberId: this engine tries what "
            "answers, and does not dial."
        )
    if plan.get("assistantOverrides"):
        kind = next(name for name in _ROUTED_BY if name in body).removesuffix("Id")
        body[f"{kind}Overrides"] = plan["assistantOverrides"]
    return body


async def _tester(opened: AsyncSession, suite: Json) -> Json:
    """The assistant that plays the caller; an empty one when the suite names none."""
    plan = suite.get("testerPlan") or {}
    player: Json = plan.get("assistant") or {}
    if plan.get("assistantId"):
        row = await resources.row(opened, ASSISTANT, str(plan["assistantId"]))
        player = resources.whole_body(row)
    return overridden(player, plan.get("assistantOverrides"))


async def _tests(opened: AsyncSession, identity: Identity, suite_id: str) -> list[Resource]:
    statement = (
        select(Resource)
        .where(
            Resource.org_id == identity.organization,
            Resource.kind == TEST_SUITE_TEST.name,
            Resource.body["testSuiteId"].astext == suite_id,
        )
        .order_by(Resource.created_at, Resource.id)
        .limit(_MOST_TESTS + 1)
    )
    return list(await opened.scalars(statement))


async def _keep(identity: Identity, run_id: str, result: Json) -> None:
    async with session(identity) as opened:
        row = await resources.row(opened, TEST_SUITE_RUN, run_id, lock=True)
        body = resources.whole_body(row)
        results = [*(body.get("testResults") or ()), result]
        await resources.keep(opened, row, {**body, "testResults": results})


async def _end(identity: Identity, run_id: str) -> None:
    async with session(identity) as opened:
        row = await resources.row(opened, TEST_SUITE_RUN, run_id, lock=True)
        body = resources.whole_body(row)
        await resources.keep(opened, row, {**body, "status": "completed"})
