"""How a list of entities is narrowed by what its kind can be listed by."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_

from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds.kind import Kind
from allokoli.engine.api.listing import Listing
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import as_uuid

_MAX_VALUES = 200


def names(kind: Kind) -> frozenset[str]:
    """The query parameters a kind may be listed by."""
    return frozenset(name.removesuffix("~") for name in (*kind.filters, *kind.conditions))


def filtered(statement: Select[Any], kind: Kind, listing: Listing) -> Select[Any]:
    """Narrow a query over entities.

    Raises:
        Invalid: an identifier that is not one, or too many values.
    """
    asked: dict[str, list[str]] = {}
    for name, value in listing.equals:
        values = [one.strip() for one in value.split(",")] if name.endswith("Any") else [value]
        asked.setdefault(name, []).extend(values)
    for name, values in asked.items():
        if len(values) > _MAX_VALUES:
            raise Invalid([f"{name} must contain no more than {_MAX_VALUES} elements"])
        if name in kind.conditions:
            condition = kind.conditions[name](values[-1])
            if condition is not None:
                statement = statement.where(condition)
        elif name in kind.filters:
            statement = statement.where(_equal(kind.filters[name], name, values))
        else:
            statement = statement.where(_holds(kind.filters[f"{name}~"], values))
    return statement


def property_of(path: str) -> ColumnElement[str]:
    """The text of a property of the body, e.g. "customer.number"."""
    return func.jsonb_extract_path_text(Resource.body, *path.split("."))


def _equal(paths: str, name: str, values: list[str]) -> ColumnElement[bool]:
    if paths != "id":
        return or_(*(property_of(path).in_(values) for path in paths.split(",")))
    ids = [as_uuid(value) for value in values]
    if None in ids:
        raise Invalid([f"each value in {name} must be a UUID"])
    return Resource.id.in_(ids)


def _holds(paths: str, values: list[str]) -> ColumnElement[bool]:
    return or_(
        *(
            func.lower(property_of(path)).contains(value.lower(), autoescape=True)
            for path in paths.split(",")
            for value in values
        )
    )
