"""What a kind of entity is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import GenericAlias
from typing import Any, Literal

from sqlalchemy import ColumnElement

from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.limits import Limit
from allokoli.engine.api.validation.sdk_types import sdk_type
from allokoli.engine.api.validation.shapes import check

__all__ = ["Kind", "array", "sdk", "sdk_type"]

Body = dict[str, Any]
Shape = Callable[[], Any]
"""Gives an SDK type, or the properties of an object by name."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of entity.

    Attributes:
        name: as stored, and as references name it.
        title: as error messages name it.
        path: of its collection; what it holds in braces is a property the path gives.
        created: the shape of the body that creates one.
        updated: the shape of a PATCH; None when it is the creation's. Nothing is required in it but
            `required_in_patch`.
        family: how it is listed: a bare array, an array of one page, or a page with its metadata.
        filters: query parameters it may be listed by, with the property each compares. Names in
            `Any` take several values separated by commas, names in `~` a part of the text.
        limits: ranges and lengths of its own properties.
        references: properties that hold ids of other entities (through objects and lists: a
            path with dots), with their kinds.
        required_in_patch: properties a PATCH must carry.
        variant: the property that says which of several shapes a body has.
        kept_variants: variants only the server makes; a client may change but not create them.
        managed: properties only the server writes, unless `updated` names them.
        derived: properties of the response that are computed from the body when it lacks them.
        judged: the part of a body its shape is held against; the rest is what Vapi's clients send
            beside it.
        held: whether it cannot be deleted while another entity refers to it.
        further: what else is wrong with a body of the right shape.
        conditions: query parameters that narrow a list in a way of their own; they get the value
            and return a condition, or None.
        versioned: whether each change is kept as a version.
        path_values: what the path's own properties may be, when that is a closed list.
        plain: whether its routes come from `api.crud`.
    """

    name: str
    title: str
    path: str
    created: Shape
    updated: Shape | None = None
    family: Literal["array", "paged-array", "page"] = "array"
    filters: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    required_in_patch: tuple[str, ...] = ()
    variant: str | None = None
    kept_variants: frozenset[str] = frozenset()
    managed: frozenset[str] = frozenset()
    derived: Callable[[Body], Body] = lambda _body: {}
    judged: Callable[[Body], Body] = lambda body: body
    further: Callable[[Body], list[str]] = lambda _body: []
    conditions: Mapping[str, Callable[[str], ColumnElement[bool] | None]] = field(
        default_factory=dict
    )
    versioned: bool = False
    held: bool = False
    path_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plain: bool = True

    def problems(self, body: Body) -> list[str]:
        """What is wrong with the body of a creation; empty when nothing is."""
        return (
            check(self.created(), self.judged(body), "")
            or limits.check_limits(body, self.limits)
            or self.further(body)
        )

    def patch_problems(self, patch: Body, body: Body) -> list[str]:
        """What is wrong with a PATCH by itself.

        Args:
            patch: what the client sent.
            body: the entity as stored.
        """
        problems = [
            f"{name} should not be empty"
            for name in self.required_in_patch
            if patch.get(name) is None
        ]
        if problems:
            return problems
        given = dict(patch)
        if self.variant and self.variant in body:
            if given.get(self.variant, body[self.variant]) != body[self.variant]:
                return [f"{self.variant} cannot be changed"]
            given[self.variant] = body[self.variant]
        if _is_partial_model(given):
            # It is judged as a whole, once it has been merged.
            del given["model"]
        problems = check((self.updated or self.created)(), self.judged(given), "", patch=True)
        return problems or limits.check_limits(given, self.limits)

    def whole_problems(self, body: Body) -> list[str]:
        """What is wrong with an entity as a PATCH would leave it."""
        if body.get(self.variant or "") in self.kept_variants:
            return limits.check_limits(body, self.limits)
        return self.problems({k: v for k, v in body.items() if k not in self.managed})


def _is_partial_model(patch: Body) -> bool:
    model = patch.get("model")
    return isinstance(model, dict) and "provider" not in model


def sdk(name: str, group: str | None = None) -> Shape:
    """A type of the official SDK, imported when it is first needed.

    Args:
        name: of the type.
        group: of the client that declares it; None for the common ones.
    """
    return lambda: sdk_type(name, group)


def array(item: Any) -> Any:
    """A list of a type."""
    return GenericAlias(list, (item,))
