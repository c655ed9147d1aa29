"""Pages of rows that are no entities: numbered from one, sorted by time."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams

from allokoli.engine.api.errors import Invalid

_MAX_LIMIT = 1_000
_MAX_OFFSET = 1_000_000
_OPERATORS = {"Gt": "__gt__", "Lt": "__lt__", "Ge": "__ge__", "Le": "__le__"}


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are wanted.

    Attributes:
        number: from 1.
        limit: at most this many, 0 to 1000.
        ascending: oldest first.
        times: (comparison, moment) of the rows' time.
        equals: further filters.
    """

    number: int = 1
    limit: int = 100
    ascending: bool = False
    times: tuple[tuple[str, datetime], ...] = ()
    equals: dict[str, str] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * self.limit


def read_page(query: QueryParams, filters: frozenset[str]) -> Page:
    """The page a query string asks for.

    Args:
        query: its parameters.
        filters: further names it may hold.

    Raises:
        Invalid: an unknown parameter, or a value out of range.
    """
    problems: list[str] = []
    number, limit = 1, 100
    times = []
    equals = {}
    for name, value in query.items():
        if name == "page":
            number = _whole(name, value, 1, _MAX_OFFSET, problems)
        elif name == "limit":
            limit = _whole(name, value, 0, _MAX_LIMIT, problems)
        elif name == "sortOrder":
            if value not in {"ASC", "DESC"}:
                problems.append("sortOrder must be one of the following values: ASC, DESC")
        elif name[:-2] in {"createdAt", "updatedAt"} and name[-2:] in _OPERATORS:
            moment = _moment(name, value, problems)
            times.append((_OPERATORS[name[-2:]], moment))
        elif name in filters:
            equals[name] = value
        else:
            problems.append(f"property {name[:80]} should not exist")
    if (number - 1) * limit > _MAX_OFFSET:
        problems.append(f"page must not go beyond {_MAX_OFFSET} rows")
    if problems:
        raise Invalid(problems)
    return Page(number, limit, query.get("sortOrder") == "ASC", tuple(times), equals)


def page_metadata(page: Page, total: int) -> dict[str, Any]:
    """Vapi's PaginationMeta.

    Args:
        page: what was asked.
        total: how many rows there are in all.
    """
    pages = math.ceil(total / page.limit) if page.limit else 0
    return {
        "itemsPerPage": page.limit,
        "totalItems": total,
        "currentPage": page.number,
        "totalPages": pages,
        "hasNextPage": page.number < pages,
        "sortOrder": "ASC" if page.ascending else "DESC",
    }


def _moment(name: str, value: str, problems: list[str]) -> datetime:
    try:
        moment = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        problems.append(f"{name} must be a valid ISO 8601 date string")
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _whole(name: str, value: str, least: int, most: int, problems: list[str]) -> int:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not number.is_integer():
        problems.append(f"{name} must be an integer number")
    elif number < least:
        problems.append(f"{name} must not be less than {least}")
    elif number > most:
        problems.append(f"{name} must not be greater than {most}")
    else:
        return int(number)
    return least
