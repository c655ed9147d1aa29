from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.platform.assistants.models import Assistant
from allokoli.platform.pagination import page_of
from allokoli.platform.phone_numbers.models import PhoneNumber

_VISIBLE = Assistant.sync.in_(("synced", "updating", "deleting"))


async def page(
    opened: AsyncSession, cursor: str | None, limit: int
) -> tuple[Sequence[Assistant], str | None]:
    return await page_of(opened, select(Assistant).where(_VISIBLE), Assistant, cursor, limit)


async def assistant(opened: AsyncSession, assistant_id: UUID) -> Assistant | None:
    query = select(Assistant).where(Assistant.id == assistant_id, _VISIBLE)
    return await opened.scalar(query)


async def by_platform_id(opened: AsyncSession, platform_id: str) -> Assistant | None:
    return await opened.scalar(select(Assistant).where(Assistant.platform_id == platform_id))


async def numbers(opened: AsyncSession, assistant_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The phone number each of these assistants answers."""
    query = (
        select(PhoneNumber.assistant_id, func.min(PhoneNumber.number))
        .where(PhoneNumber.assistant_id.in_(assistant_ids), PhoneNumber.number.is_not(None))
        .group_by(PhoneNumber.assistant_id)
    )
    rows = await opened.execute(query)
    return {found: number for found, number in rows if found is not None and number is not None}


async def unfinished(opened: AsyncSession, *, older_than_s: float) -> Sequence[tuple[UUID, UUID]]:
    """Organization and id of every assistant a crash may have left half-way."""
    rows = await opened.execute(
        text("select * from auth.unfinished_assistants(:now - make_interval(secs => :age))"),
        {"now": clock.now(), "age": older_than_s},
    )
    return [(row.org_id, row.assistant_id) for row in rows]
