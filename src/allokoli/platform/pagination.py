"""Cursor pagination: newest first, stable while rows are added."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.errors import InvalidInput


class _Listed(Protocol):
    id: Any
    created_at: Any


T = TypeVar("T")
R = TypeVar("R", bound=_Listed)
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of a page")]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows a page holds at most")]


class Page(BaseModel, Generic[T]):
    """A page of rows and where the next one begins (null after the last)."""

    data: list[T]
    next_cursor: str | None


async def page_of(
    opened: AsyncSession, query: Select[R], table: type[R], cursor: str | None, limit: int
) -> tuple[Sequence[R], str | None]:
    """One page of a query, newest first.

    Args:
        opened: a session.
        query: what to list, without an order.
        table: the class the query selects.
        cursor: the last page's cursor.
        limit: most rows.

    Returns:
        The rows, and the cursor of the next page.

    Raises:
        InvalidInput: the cursor was not made by us.
    """
    if cursor is not None:
        query = query.where(tuple_(table.created_at, table.id) < _decoded(cursor))
    query = query.order_by(table.created_at.desc(), table.id.desc()).limit(limit + 1)
    rows = (await opened.scalars(query)).all()
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], _encoded(last.created_at, last.id)


def _encoded(created_at: datetime, row_id: UUID) -> str:
    raw = json.dumps([created_at.isoformat(), str(row_id)])
    return base64.urlsafe_b64encode(raw.encode()).decode()


def _decoded(cursor: str) -> tuple[datetime, UUID]:
    try:
        created_at, row_id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(created_at), UUID(row_id)
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise InvalidInput("Cette page n’existe pas : reprenez la liste au début.") from None
