"""Vapi's lists: newest first, a limit and eight time filters."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute
from starlette.datastructures import QueryParams

from allokoli.engine.api.errors import Invalid

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
Row = TypeVar("Row")
_COMPARISONS = ("Gt", "Lt", "Ge", "Le")
_OPERATORS = {"Gt": "__gt__", "Lt": "__lt__", "Ge": "__ge__", "Le": "__le__"}


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list.

    Attributes:
        limit: at most this many, newest first.
        times: (property, comparison, moment), e.g. ("createdAt", "Gt", …).
        equals: further properties and the value they must have.
    """

    limit: int = DEFAULT_LIMIT
    times: tuple[tuple[str, str, datetime], ...] = ()
    equals: tuple[tuple[str, str], ...] = ()


def read_listing(query: QueryParams, extra: frozenset[str] = frozenset()) -> Listing:
    """The listing a query string asks for.

    Args:
        query: its parameters.
        extra: names it may filter by besides the usual ones.

    Raises:
        Invalid: unknown parameter, bad number, bad date.
    """
    problems: list[str] = []
    limit = DEFAULT_LIMIT
    times: list[tuple[str, str, datetime]] = []
    equals: list[tuple[str, str]] = []
    for name, value in query.items():
        if name == "limit":
            limit = _limit(value, problems)
        elif name[:-2] in {"createdAt", "updatedAt"} and name[-2:] in _COMPARISONS:
            moment = _moment(value)
            if moment is None:
                problems.append(f"{name} must be a valid ISO 8601 date string")
            else:
                times.append((name[:-2], name[-2:], moment))
        elif name in extra:
            equals.append((name, value))
        else:
            problems.append(f"property {name[:80]} should not exist")
    if problems:
        raise Invalid(problems)
    return Listing(limit, tuple(times), tuple(equals))


def apply(
    statement: Select[Row],
    listing: Listing,
    *,
    row_id: InstrumentedAttribute[Any],
    created_at: InstrumentedAttribute[datetime],
    updated_at: InstrumentedAttribute[datetime],
) -> Select[Row]:
    """Narrow and order a query as a listing asks."""
    columns = {"createdAt": created_at, "updatedAt": updated_at}
    for name, comparison, moment in listing.times:
        statement = statement.where(getattr(columns[name], _OPERATORS[comparison])(moment))
    return statement.order_by(created_at.desc(), row_id.desc()).limit(listing.limit)


def _limit(value: str, problems: list[str]) -> int:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not number.is_integer():
        problems.append("limit must be an integer number")
    elif number < 0:
        problems.append("limit must not be less than 0")
    elif number > MAX_LIMIT:
        problems.append(f"limit must not be greater than {MAX_LIMIT}")
    else:
        return int(number)
    return DEFAULT_LIMIT


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
