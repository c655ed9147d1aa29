"""Finishes the calls nobody carries any more."""

from typing import Literal
from uuid import UUID

import structlog
from sqlalchemy import text

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.calls.ending import conclude, end
from allokoli.engine.conversation.ended_reasons import FORWARDED, PIPELINE_BROKE, SILENCE

STALE_S = 15.0
_UNANSWERED_S = 360.0
_SILENT_S = 1800.0
_UNCONCLUDED_S = 120.0

Cause = Literal["orphaned", "unanswered", "silent", "forwarded", "unconcluded"]
# Vapi's literals: the process carrying the call died; nobody came; a text call was left.
_REASONS: dict[Cause, str] = {
    "orphaned": PIPELINE_BROKE,
    "unanswered": "customer-did-not-answer",
    "silent": SILENCE,
    "forwarded": FORWARDED,
}

_log = structlog.get_logger()


async def reap() -> list[UUID]:
    """End, and conclude, what was left unfinished.

    A call is an orphan when the engine carrying it has not given a sign of life for 15 s; a web
    call is unanswered when no browser came; a text call is left after half an hour; a
    forwarded call whose carrier says no more is over after longer than a carrier lets it last; a
    call is unconcluded when its engine died between the end and the report.

    Returns:
        The calls finished.
    """
    async with session(Identity.job(None)) as opened:
        found = await opened.execute(
            text("select id, org_id, cause from engine.unfinished_calls(:a, :b, :c, :d)"),
            {"a": STALE_S, "b": _UNANSWERED_S, "c": _SILENT_S, "d": _UNCONCLUDED_S},
        )
        unfinished = found.all()
    finished = []
    for call_id, org_id, cause in unfinished:
        identity = Identity.job(org_id)
        try:
            if reason := _REASONS.get(cause):
                await end(identity, call_id, reason)
            await conclude(identity, call_id)
            finished.append(call_id)
        except Exception as error:  # noqa: BLE001 - one broken call must not keep the others waiting
            _log.error("reaping_failed", call=str(call_id), error=type(error).__name__)
    return finished
