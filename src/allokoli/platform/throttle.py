"""Bounds on what may be tried from outside, counted in the database, by anonymous buckets."""

import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.errors import TooMany
from allokoli.core.settings import get_settings

KEPT = timedelta(days=1)


async def check(opened: AsyncSession, what: str, *, limit: int, window_s: int) -> None:
    """Refuse once a bucket is full.

    Args:
        opened: a session of anybody.
        what: names the bucket, e.g. "login:a@b.fr"; only its keyed hash is stored.
        limit: attempts allowed in the window.
        window_s: its length in seconds.

    Raises:
        TooMany: `details` say how long to wait at most, in seconds.
    """
    since = clock.now() - timedelta(seconds=window_s)
    count = await opened.scalar(
        text("select auth.count_attempts(:bucket, :since)"),
        {"bucket": _bucket(what), "since": since},
    )
    if (count or 0) >= limit:
        raise TooMany(
            "Trop de tentatives. Patientez quelques minutes avant de recommencer.",
            details={"retry_after_s": window_s},
        )


async def note(opened: AsyncSession, what: str) -> None:
    """Count one attempt."""
    await opened.execute(
        text("select auth.note_attempt(:bucket, :moment)"),
        {"bucket": _bucket(what), "moment": clock.now()},
    )


def _bucket(what: str) -> str:
    return hmac.new(get_settings().secret_key.encode(), what.encode(), hashlib.sha256).hexdigest()
