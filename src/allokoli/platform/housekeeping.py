"""Forgets what is only useful for a while."""

from datetime import timedelta

from sqlalchemy import text

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform import idempotency, throttle

# Long enough to see what happened to an account, or to a message that was taken for another.
_LOGIN_SESSIONS_KEPT = timedelta(days=30)
_SERVER_MESSAGES_KEPT = timedelta(days=90)
# A call is over by then, and with it what it may ask again.
_TOOL_CALLS_KEPT = timedelta(days=7)


@jobs.periodic("platform.forget_stale", cron="17 * * * *")
async def forget_stale(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
    """Old attempts to sign in, ended sign-ins, repeated requests' answers, applied messages."""
    now = clock.now()
    kept = {
        "forget_attempts": throttle.KEPT,
        "forget_idempotency_keys": idempotency.KEPT,
        "forget_login_sessions": _LOGIN_SESSIONS_KEPT,
        "forget_server_messages": _SERVER_MESSAGES_KEPT,
        "forget_agenda_tool_calls": _TOOL_CALLS_KEPT,
    }
    async with session(Identity.job(None)) as opened:
        for function, age in kept.items():
            await opened.execute(text(f"select auth.{function}(:before)"), {"before": now - age})
