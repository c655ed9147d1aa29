"""What the worker does for calls: deliver reports, and finish what a dead engine left."""

from uuid import UUID

import httpx
import structlog

from allokoli.core import jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Missing
from allokoli.engine.calls import repository
from allokoli.engine.calls.reaping import reap
from allokoli.engine.calls.report import report_body
from allokoli.engine.calls.server_messages import destination, post

_log = structlog.get_logger()


class ReportNotTaken(Exception):
    """The assistant's server did not take the report; it will be offered again."""


@jobs.task("engine.deliver_report")
async def deliver_report(*, org_id: str, call_id: str) -> None:
    """Post an ended call's report to the assistant's server, until it answers 2xx."""
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
    async with httpx.AsyncClient(follow_redirects=False) as client:
        try:
            status = await post(client, to, report_body(call, messages))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ReportNotTaken(type(error).__name__) from None
    if not httpx.codes.is_success(status):
        raise ReportNotTaken(str(status))
    async with session(identity) as opened:
        sent = await repository.find(opened, call.id, lock=True)
        sent.report_status = "sent"


@jobs.periodic("engine.reap", cron="* * * * * */20")
async def reap_regularly(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    """Finish the calls of engines that are gone, even when none comes back."""
    for call_id in await reap():
        _log.warning("call_reaped", call=str(call_id))
