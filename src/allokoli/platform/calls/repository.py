from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.platform.calls.models import ENDED, TEXT, Call
from allokoli.platform.calls.schemas import CallFilters
from allokoli.platform.pagination import page_of


async def page(
    opened: AsyncSession, filters: CallFilters, cursor: str | None, limit: int
) -> tuple[Sequence[Call], str | None]:
    return await page_of(opened, _filtered(filters), Call, cursor, limit)


async def call(opened: AsyncSession, call_id: UUID, *, lock: bool = False) -> Call | None:
    """By our id, or by the platform's."""
    query = select(Call).where(or_(Call.id == call_id, Call.platform_id == str(call_id)))
    return await opened.scalar(query.with_for_update() if lock else query)


async def ensure(
    opened: AsyncSession, org_id: UUID, platform_id: str, columns: dict[str, Any]
) -> Call:
    """The call with this platform id, made with these columns when it is new, locked."""
    made = insert(Call).values(org_id=org_id, platform_id=platform_id, **columns)
    await opened.execute(made.on_conflict_do_nothing(index_elements=["org_id", "platform_id"]))
    query = select(Call).where(Call.platform_id == platform_id).with_for_update()
    return (await opened.scalars(query.execution_options(populate_existing=True))).one()


async def silent(opened: AsyncSession, before: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Organization and id of the calls that are not over and of which nothing was heard since."""
    rows = await opened.execute(
        text("select * from auth.silent_calls(:before)"), {"before": before}
    )
    return [(row.org_id, row.call_id) for row in rows]


def _filtered(filters: CallFilters) -> Select[Call]:
    query = select(Call)
    if filters.created_after is not None:
        query = query.where(Call.created_at >= filters.created_after)
    if filters.created_before is not None:
        query = query.where(Call.created_at < filters.created_before)
    if filters.type == TEXT:
        query = query.where(Call.transport == TEXT)
    elif filters.type is not None:
        query = query.where(Call.type == filters.type, Call.transport.is_distinct_from(TEXT))
    if filters.status is not None:
        query = query.where((Call.status == ENDED) == (filters.status == ENDED))
    for column, value in (
        (Call.assistant_id, filters.assistant_id),
        (Call.outcome, filters.outcome),
        (Call.intent, filters.intent),
    ):
        if value is not None:
            query = query.where(column == value)
    return query
