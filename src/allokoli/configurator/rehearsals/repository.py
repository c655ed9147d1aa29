from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.configurator.rehearsals.models import Rehearsal


async def rehearsal(
    opened: AsyncSession, assistant_id: UUID, *, lock: bool = False
) -> Rehearsal | None:
    return await opened.get(
        Rehearsal, assistant_id, with_for_update=lock or None, populate_existing=True
    )


async def try_lock(opened: AsyncSession, run_id: UUID) -> bool:
    """Keep a rehearsal to one process, as long as this transaction stays open."""
    locked = await opened.scalar(
        text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"rehearsal:{run_id}"},
    )
    return bool(locked)
