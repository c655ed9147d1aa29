"""Runs a report's statement without letting it hold the database."""

from typing import Any

from psycopg.errors import NumericValueOutOfRange, QueryCanceled
from sqlalchemy import RowMapping, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.api.errors import Invalid

MAX_ROWS = 10_000
_TIMEOUT_MS = 10_000


async def rows_of(opened: AsyncSession, statement: str, values: dict[str, Any]) -> list[RowMapping]:
    """The rows of a statement, at most 10 000.

    Args:
        opened: a session of the organization.
        statement: SQL of our own; it ends without a limit.
        values: its parameters.

    Raises:
        Invalid: it takes longer than ten seconds, or its numbers are out of range.
    """
    await opened.execute(text(f"set local statement_timeout = {_TIMEOUT_MS}"))
    try:
        found = await opened.execute(text(f"{statement} limit {MAX_ROWS}"), values)
    except DBAPIError as error:
        if isinstance(error.orig, QueryCanceled):
            raise Invalid(
                "This query takes too long; ask for a shorter time range or fewer groups."
            ) from None
        if isinstance(error.orig, NumericValueOutOfRange):
            raise Invalid("A number in this query is out of range.") from None
        raise
    return list(found.mappings())
