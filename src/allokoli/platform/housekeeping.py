"""Forgets what is only useful for a while."""

from sqlalchemy import text

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform import idempotency, throttle


@jobs.periodic("platform.forget_stale", cron="17 * * * *")
async def forget_stale(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
    """Old attempts to sign in, and answers kept for repeated requests."""
    now = clock.now()
    async with session(Identity.job(None)) as opened:
        await opened.execute(
            text("select auth.forget_attempts(:before)"), {"before": now - throttle.KEPT}
        )
        await opened.execute(
            text("select auth.forget_idempotency_keys(:before)"),
            {"before": now - idempotency.KEPT},
        )
