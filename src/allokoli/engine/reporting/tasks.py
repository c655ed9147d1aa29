"""What the worker does for reports: forget old log lines."""

from sqlalchemy import text

from allokoli.core import jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity

LOGS_KEPT_DAYS = 14
_AT_ONCE = 50_000


@jobs.periodic("engine.forget_logs", cron="17 * * * *")
async def forget_logs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    """Remove log lines older than two weeks, of every organization, some at a time."""
    async with session(Identity.job(None)) as opened:
        await opened.execute(
            text("select engine.forget_logs(:days, :most)"),
            {"days": LOGS_KEPT_DAYS, "most": _AT_ONCE},
        )
