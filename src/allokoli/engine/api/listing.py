"""Vapi's lists: newest first, a limit, eight time filters; some in pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, func
from sqlalchemy.orm import InstrumentedAttribute
from starlette.datastructures import QueryParams

from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.wire import moment

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
_MAX_PAGE = 1_000_000
_MAX_OFFSET = 1_000_000
_MAX_FILTER = 10_000
Rows = TypeVarTuple("Rows")
_COMPARISONS = ("Gt", "Lt", "Ge", "Le")
_OPERATORS = {"Gt": "__gt__", "Lt": "__lt__", "Ge": "__ge__", "Le": "__le__"}
SORTS = ("createdAt", "duration", "cost")


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list.

    Attributes:
        limit: at most this many.
        times: (property, comparison, moment), e.g. ("createdAt", "Gt", …).
        equals: further parameters and the values asked for, as they were written.
        page: of `limit` each, from 1.
        ascending: oldest first.
        sort_by: one of `SORTS`.
    """

    limit: int = DEFAULT_LIMIT
    times: tuple[tuple[str, str, datetime], ...] = ()
    equals: tuple[tuple[str, str], ...] = ()
    page: int = 1
    ascending: bool = False
    sort_by: str = "createdAt"

    @property
    def offset(self) -> int:
        """How many are left out before the page."""
        return (self.page - 1) * self.limit

    def metadata(self, total: int) -> dict[str, Any]:
        """Vapi's `PaginationMeta`.

        Args:
            total: how many there are on all pages.
        """
        pages = -(-total // self.limit) if self.limit else 0
        return {
            "itemsPerPage": self.limit,
            "totalItems": total,
            "currentPage": self.page,
            "totalPages": pages,
            "hasNextPage": self.page < pages,
            "sortOrder": "ASC" if self.ascending else "DESC",
        }


def read_listing(
    query: QueryParams,
    extra: Iterable[str] = (),
    *,
    paged: bool = False,
    sorts: tuple[str, ...] = SORTS,
) -> Listing:
    """The listing a query string asks for.

    Args:
        query: its parameters.
        extra: names it may filter by besides the usual ones.
        paged: whether it is given in pages, with an order.
        sorts: what it may be sorted by.

    Raises:
        Invalid: unknown parameter, bad number, bad date, or a page too far.
    """
    reading = _Reading(frozenset(extra), sorts if paged else ())
    for name, value in query.multi_items():
        reading.read(name, value)
    listing = Listing(times=tuple(reading.times), equals=tuple(reading.equals), **reading.values)
    if listing.offset > _MAX_OFFSET:
        reading.problems.append(f"page must not begin beyond {_MAX_OFFSET} entries")
    if reading.problems:
        raise Invalid(reading.problems)
    return listing


def apply(
    statement: Select[*Rows],
    listing: Listing,
    *,
    row_id: InstrumentedAttribute[UUID],
    created_at: InstrumentedAttribute[datetime],
    updated_at: InstrumentedAttribute[datetime],
    first: Any = None,
) -> Select[*Rows]:
    """Narrow and order a query as a listing asks.

    Args:
        statement: the query.
        listing: what is asked for.
        row_id: column of the identifier, which makes the order total.
        created_at: column of the creation.
        updated_at: column of the last change.
        first: an expression to order by before the creation.
    """
    statement = narrowed(statement, listing, created_at=created_at, updated_at=updated_at)
    order = [one for one in (first, created_at, row_id) if one is not None]
    directed = [
        one.asc().nulls_last() if listing.ascending else one.desc().nulls_last() for one in order
    ]
    return statement.order_by(*directed).limit(listing.limit).offset(listing.offset)


def narrowed(
    statement: Select[*Rows],
    listing: Listing,
    *,
    created_at: InstrumentedAttribute[datetime],
    updated_at: InstrumentedAttribute[datetime],
) -> Select[*Rows]:
    """Only the times a listing asks for.

    The wire writes milliseconds: a time a client read there is the row's, whatever follows.
    """
    columns: dict[str, Any] = {"createdAt": created_at, "updatedAt": updated_at}
    for name, comparison, at in listing.times:
        column = columns[name]
        if at.microsecond % 1000 == 0:
            column = func.date_trunc("milliseconds", column)
        statement = statement.where(getattr(column, _OPERATORS[comparison])(at))
    return statement


class _Reading:
    """What has been read of a query string so far, and what is wrong with it."""

    def __init__(self, extra: frozenset[str], sorts: tuple[str, ...]) -> None:
        self.extra = extra
        self.sorts = sorts
        self.problems: list[str] = []
        self.values: dict[str, Any] = {}
        self.times: list[tuple[str, str, datetime]] = []
        self.equals: list[tuple[str, str]] = []

    def read(self, name: str, value: str) -> None:
        """One parameter."""
        if name == "limit":
            self.values["limit"] = self._whole_number(name, value, 0, MAX_LIMIT)
        elif name[:-2] in {"createdAt", "updatedAt"} and name[-2:] in _COMPARISONS:
            self._time(name, value)
        elif name in self.extra:
            if len(value) > _MAX_FILTER or "\0" in value:
                self.problems.append(f"{name} must be a text of at most {_MAX_FILTER} characters")
            self.equals.append((name, value))
        elif self.sorts and name in {"page", "sortOrder", "sortBy"}:
            self._order(name, value)
        else:
            self.problems.append(f"property {name[:80]} should not exist")

    def _order(self, name: str, value: str) -> None:
        if name == "page":
            self.values["page"] = self._whole_number(name, value, 1, _MAX_PAGE)
            return
        allowed = self.sorts if name == "sortBy" else ("ASC", "DESC")
        if value not in allowed:
            self.problems.append(
                f"{name} must be one of the following values: {', '.join(allowed)}"
            )
        elif name == "sortBy":
            self.values["sort_by"] = value
        else:
            self.values["ascending"] = value == "ASC"

    def _time(self, name: str, value: str) -> None:
        # A plus that was not encoded arrives as a space.
        found = moment(value.replace(" ", "+"))
        if found is None:
            self.problems.append(f"{name} must be a valid ISO 8601 date string")
        else:
            self.times.append((name[:-2], name[-2:], found))

    def _whole_number(self, name: str, value: str, least: int, most: int) -> int:
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not number.is_integer():
            self.problems.append(f"{name} must be an integer number")
        elif number < least:
            self.problems.append(f"{name} must not be less than {least}")
        elif number > most:
            self.problems.append(f"{name} must not be greater than {most}")
        else:
            return int(number)
        return least
