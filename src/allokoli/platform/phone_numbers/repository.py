from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.platform.pagination import page_of
from allokoli.platform.phone_numbers.models import PhoneNumber


async def page(
    opened: AsyncSession, cursor: str | None, limit: int
) -> tuple[Sequence[PhoneNumber], str | None]:
    return await page_of(opened, select(PhoneNumber), PhoneNumber, cursor, limit)


async def phone_number(opened: AsyncSession, number_id: UUID) -> PhoneNumber | None:
    return await opened.get(PhoneNumber, number_id)


async def by_platform_id(opened: AsyncSession, platform_id: str) -> PhoneNumber | None:
    return await opened.scalar(select(PhoneNumber).where(PhoneNumber.platform_id == platform_id))


async def replace_all(opened: AsyncSession, org_id: UUID, found: Sequence[dict[str, Any]]) -> None:
    """Make the table equal to what the platform has.

    Args:
        opened: a session.
        org_id: whose numbers.
        found: columns of each number, `platform_id` among them.
    """
    kept = [row["platform_id"] for row in found]
    await opened.execute(delete(PhoneNumber).where(PhoneNumber.platform_id.not_in(kept)))
    for row in found:
        await upsert(opened, org_id, row)


async def upsert(opened: AsyncSession, org_id: UUID, row: dict[str, Any]) -> None:
    """Write what is known of one number."""
    now = clock.now()
    known = insert(PhoneNumber).values(org_id=org_id, created_at=now, updated_at=now, **row)
    await opened.execute(
        known.on_conflict_do_update(
            index_elements=["org_id", "platform_id"], set_={**row, "updated_at": now}
        )
    )
