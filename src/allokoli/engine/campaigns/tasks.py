"""What the worker does for campaigns."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.kinds import CAMPAIGN
from allokoli.engine.api.wire import iso
from allokoli.engine.calls.news import News
from allokoli.engine.calls.server_messages import Outbox
from allokoli.engine.campaigns import running, service

# A step that is this late was lost with the process that took it.
_LOST_AFTER = timedelta(minutes=5)

_log = structlog.get_logger()


@jobs.task("engine.run_campaign")
async def run_campaign(*, org_id: str, campaign_id: str, turn: int) -> None:
    """Take a step of a campaign."""
    outbox = Outbox()
    try:
        await running.step(Identity.job(org_id), UUID(campaign_id), turn, News(outbox))
    finally:
        await outbox.close()


@jobs.periodic("engine.resume_campaigns", cron="* * * * *")
async def resume_campaigns(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    """Queue the steps again that were lost."""
    before = iso(clock.now() - _LOST_AFTER)
    async with session(Identity.job(None)) as opened:
        late = (
            await opened.execute(
                text("select id, org_id from engine.late_campaigns(:before)"), {"before": before}
            )
        ).all()
    for campaign_id, org_id in late:
        _log.warning("campaign_resumed", campaign=str(campaign_id))
        try:
            async with session(Identity.job(org_id)) as opened:
                row = await resources.row(opened, CAMPAIGN, str(campaign_id), lock=True)
                await service.queue_step(opened, row, 0)
        except Missing:
            continue
