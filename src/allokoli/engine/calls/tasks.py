"""What the worker does for calls: deliver reports, and finish what a dead engine left."""

from uuid import UUID

import structlog

from allokoli.core import jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Missing
from allokoli.engine.calls import repository, scheduling
from allokoli.engine.calls.call_log import log_of
from allokoli.engine.calls.news import News
from allokoli.engine.calls.reaping import reap
from allokoli.engine.calls.report import report_body
from allokoli.engine.calls.server_messages import Outbox, deliver, destination

# One less than the job itself would be tried, so that the last failure is written down here.
_ATTEMPTS = 11

_log = structlog.get_logger()


class ReportNotTaken(Exception):
    """The call's server did not take the report; it will be offered again."""


@jobs.task("engine.deliver_report")
async def deliver_report(*, org_id: str, call_id: str) -> None:
    """Post an ended call's report to its server, until it answers 2xx or was tried enough."""
    identity = Identity.job(org_id)
    try:
        async with session(identity) as opened:
            call = await repository.find(opened, UUID(call_id))
            messages = (await repository.messages_of(opened, [call.id]))[call.id]
    except Missing:
        return
    to = destination(call)
    if to is None or call.report_status != "pending":
        return
    log = log_of(call.org_id, call.id)
    taken = await deliver(call.org_id, call.id, to, report_body(call, messages), log)
    await log.flush()
    async with session(identity) as opened:
        reported = await repository.find(opened, call.id, lock=True)
        tried = reported.metrics.get("reportAttempts", 0) + 1
        reported.metrics = {**reported.metrics, "reportAttempts": tried}
        if taken:
            reported.report_status = "sent"
        elif tried >= _ATTEMPTS:
            reported.report_status = "failed"
        failed = reported.report_status == "pending"
    if failed:
        raise ReportNotTaken


@jobs.task("engine.start_scheduled_call")
async def start_scheduled(*, org_id: str, call_id: str) -> None:
    """Start a call whose time has come."""
    outbox = Outbox()
    try:
        await scheduling.start(Identity.job(org_id), UUID(call_id), News(outbox))
    finally:
        await outbox.close()


@jobs.periodic("engine.reap", cron="* * * * * */20")
async def reap_regularly(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    """Finish the calls of engines that are gone, even when none comes back."""
    for call_id in await reap():
        _log.warning("call_reaped", call=str(call_id))
