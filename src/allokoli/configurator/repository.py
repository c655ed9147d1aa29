from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.configurator.models import ConfiguratorSession


async def session_row(
    opened: AsyncSession, session_id: UUID, *, lock: bool = False
) -> ConfiguratorSession | None:
    return await opened.get(ConfiguratorSession, session_id, with_for_update=lock or None)


async def try_lock(opened: AsyncSession, session_id: UUID) -> bool:
    """Keep a creation to one process, as long as this transaction stays open."""
    locked = await opened.scalar(
        text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"configurator:{session_id}"},
    )
    return bool(locked)


async def interrupted(opened: AsyncSession, before: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Organization and id of the sessions whose creation stands still."""
    rows = await opened.execute(
        text("select * from auth.interrupted_creations(:before)"), {"before": before}
    )
    return [(row.org_id, row.session_id) for row in rows]


async def forget_unclaimed(opened: AsyncSession, before: datetime) -> int:
    """Delete visitors' sessions nobody touched since; returns how many."""
    count = await opened.scalar(
        text("select auth.forget_unclaimed_sessions(:before)"), {"before": before}
    )
    return int(count or 0)
