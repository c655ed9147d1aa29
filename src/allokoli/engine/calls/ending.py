"""A call ends once, is concluded once, and its report is queued once."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.wire import iso
from allokoli.engine.background import Background
from allokoli.engine.calls import recordings, repository
from allokoli.engine.calls.analysis import Analysis, analyse
from allokoli.engine.calls.call_log import log_of
from allokoli.engine.calls.models import ENDED, Call
from allokoli.engine.calls.server_messages import REPORT, destination

_ANALYSIS_TIMEOUT_S = 60.0
_REQUEST_S = 10.0

concluding = Background("call_not_concluded", most=200, closing_s=5.0)


async def end(identity: Identity, call_id: UUID, reason: str) -> bool:
    """Mark a call ended; what follows is `conclude`.

    Args:
        identity: acts for the call's organization.
        call_id: the call.
        reason: Vapi's `endedReason`; the first one given stays.

    Returns:
        Whether this ended it.
    """
    async with session(identity) as opened:
        return await repository.mark_ended(opened, call_id, reason)


async def conclude(identity: Identity, call_id: UUID, turns: list[str] | None = None) -> None:
    """Analyse an ended call, keep its recording and queue its report. Safe to run twice.

    Args:
        identity: acts for the call's organization.
        call_id: the call.
        turns: what the caller said, silences included, when the conversation is at hand.
    """
    async with session(identity) as opened:
        call = await repository.find(opened, call_id)
        messages = (await repository.messages_of(opened, [call_id]))[call_id]
    if call.status != ENDED or call.concluded_at is not None:
        return
    from allokoli.engine.testing.call_outputs import outputs_of

    try:
        async with asyncio.timeout(_ANALYSIS_TIMEOUT_S):
            analysis = await analyse(call, messages, turns)
    except TimeoutError:
        analysis = Analysis()
    outputs = await outputs_of(identity, call, messages)
    if outputs.get("structuredOutputs"):
        outputs["structuredOutputsLastUpdatedAt"] = iso(clock.now())
    await log_of(call.org_id, call.id).flush()
    key = await recordings.keep(call)
    async with session(identity) as opened:
        call = await repository.find(opened, call_id, lock=True)
        if call.concluded_at is None:
            call.analysis = analysis.found
            call.artifacts = {**call.artifacts, **outputs}
            call.metrics = {**call.metrics, "analysis": analysis.used}
            call.recording_key = key
            call.concluded_at = call.updated_at = clock.now()
            await _queue_report(opened, call)
    await recordings.forget_running(call)


async def conclude_soon(identity: Identity, call_id: UUID) -> None:
    """Conclude a call, and wait for it only as long as a request may last.

    What takes longer goes on by itself; what its process does not finish, or has too many of to
    begin, the reaper does.
    """
    task = concluding.start(conclude(identity, call_id))
    if task is None:
        return
    done, _ = await asyncio.wait({task}, timeout=_REQUEST_S)
    for finished in done:
        finished.result()


async def _queue_report(opened: AsyncSession, call: Call) -> None:
    from allokoli.engine.calls.tasks import deliver_report

    to = destination(call)
    if to is None or not to.wants(REPORT):
        return
    call.report_status = "pending"
    await opened.flush()
    await jobs.defer(opened, deliver_report, org_id=str(call.org_id), call_id=str(call.id))
