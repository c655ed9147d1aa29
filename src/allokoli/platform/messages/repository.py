from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.platform.messages.models import Message


async def of_call(opened: AsyncSession, call_id: UUID) -> Sequence[Message]:
    query = select(Message).where(Message.call_id == call_id).order_by(Message.position)
    return (await opened.scalars(query)).all()


async def message(opened: AsyncSession, message_id: UUID) -> Message | None:
    return await opened.get(Message, message_id)


async def last(opened: AsyncSession, call_id: UUID) -> Message | None:
    query = (
        select(Message).where(Message.call_id == call_id).order_by(Message.position.desc()).limit(1)
    )
    return await opened.scalar(query)


async def count(opened: AsyncSession, call_id: UUID) -> int:
    query = select(func.count()).select_from(Message).where(Message.call_id == call_id)
    return await opened.scalar(query) or 0
