"""What the worker does for chats: forget old ones."""

from datetime import timedelta

import structlog
from sqlalchemy import text

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings

_log = structlog.get_logger()


@jobs.periodic("engine.forget_chats", cron="17 * * * *")
async def forget_chats(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    """Remove the chats and sessions nobody wrote in for longer than the setting says."""
    before = clock.now() - timedelta(days=get_settings().chat_retention_days)
    async with session(Identity.job(None)) as opened:
        gone = await opened.scalar(text("select engine.forget_chats(:before)"), {"before": before})
    if gone:
        _log.info("chats_forgotten", count=gone)
