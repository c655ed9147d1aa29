"""Reads the SDK's annotations as rules: names, types, literals, unions, recursion.

The SDK's models are never instantiated: their fields are the documentation of the wire, walked as
they are. Vapi's server refuses what they do not name, in the words of its validator; so do we.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from allokoli.engine.api.validation.sdk_types import sdk_type
from allokoli.engine.api.wire import moment

_MAX_DEPTH = 40
_MAX_PROBLEMS = 50
# Text that Vapi's own document mistakes for objects.
_TEXT_AFTER_ALL = frozenset({"type", "language", "sipVerb", "start", "end"})
# Catalogs that grow faster than the SDK: an unknown value is the provider's to judge.
# Objects that may hold more than the SDK names: a schema is JSON Schema, all of it.
_OPEN_OBJECTS = frozenset({"JsonSchema"})
_OPEN_CATALOGS = frozenset({"model", "voiceId", "fallbackModels", "language", "languages"})


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an object.

    Attributes:
        annotation: its type, as the SDK writes it.
        required: whether it must be present.
    """

    annotation: Any
    required: bool = False


Fields = Mapping[str, Field]


def check_object(fields: Fields, value: Any, path: str = "") -> list[str]:
    """What is wrong with a JSON object, in the words of Vapi's validator.

    Args:
        fields: the properties it may have.
        value: parsed JSON.
        path: where it stands, e.g. "model"; empty at the top.

    Returns:
        One sentence per problem, at most 50; empty when all is well.
    """
    return list(_limited(_object(fields, value, path, 0)))


def check(shape: Any, value: Any, path: str, *, patch: bool = False) -> list[str]:
    """The same for a value of any type.

    Args:
        shape: an SDK type, or the properties of an object by name.
        value: parsed JSON.
        path: where it stands.
        patch: whether nothing is required of its own properties.
    """
    if not isinstance(value, dict):
        problems = _value(shape, value, path, 0)
    elif isinstance(shape, Mapping):
        problems = _object(shape, value, path, 0, patch=patch)
    else:
        annotation, discriminant = _unwrap(shape)
        if discriminant:
            problems = _variant(
                [_unwrap(option)[0] for option in get_args(annotation)],
                discriminant,
                value,
                path,
                0,
                patch=patch,
            )
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            problems = _model(annotation, value, path, 0, patch=patch)
        else:
            problems = _value(annotation, value, path, 0)
    return list(_limited(problems))


@cache
def model_fields(model: type[BaseModel]) -> Fields:
    """The properties of an SDK model, by their names on the wire."""
    hints = _type_hints(model)
    return {
        info.alias or _alias(hints[name]) or name: Field(hints[name], info.is_required())
        for name, info in model.model_fields.items()
    }


def _alias(annotation: Any) -> str | None:
    """A name on the wire that the model has not read yet: it waits for types it names."""
    extras = getattr(annotation, "__metadata__", ())
    return next((one.alias for one in extras if getattr(one, "alias", None)), None)


def _type_hints(model: type[BaseModel]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


def _limited(problems: Iterator[str]) -> Iterator[str]:
    for count, problem in enumerate(problems, 1):
        yield problem
        if count == _MAX_PROBLEMS:
            return


def _object(
    fields: Fields, value: Any, path: str, depth: int, *, patch: bool = False
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path or 'body'} must be an object"
        return
    if depth > _MAX_DEPTH:
        yield f"{path} is nested too deeply"
        return
    prefix = f"{path}." if path else ""
    for name in value:
        if name not in fields:
            yield f"{prefix}property {name[:80]} should not exist"
    for name, field in fields.items():
        given = value.get(name)
        if given is not None:
            yield from _value(field.annotation, given, prefix + name, depth + 1)
        elif field.required and not patch:
            yield f"{prefix}{name} should not be empty"


def _model(
    model: type[BaseModel], value: Any, path: str, depth: int, *, patch: bool = False
) -> Iterator[str]:
    fields = model_fields(model)
    if model.__name__ in _OPEN_OBJECTS and isinstance(value, dict):
        value = {name: one for name, one in value.items() if name in fields}
    yield from _object(fields, value, path, depth, patch=patch)


def _value(annotation: Any, value: Any, path: str, depth: int) -> Iterator[str]:
    annotation, discriminant = _unwrap(annotation)
    origin = get_origin(annotation)
    if annotation is Any or annotation is object:
        return
    if origin is Union:
        yield from _union(annotation, discriminant, value, path, depth)
    elif origin is Literal:
        yield from _literal(get_args(annotation), value, path)
    elif origin in {list, tuple, set} or _is_sequence(origin):
        yield from _list(get_args(annotation)[0], value, path, depth)
    elif origin is dict or annotation is dict or _is_mapping(origin):
        if isinstance(value, str) and _leaf(path) in _TEXT_AFTER_ALL:
            return
        yield from _mapping(get_args(annotation), value, path, depth)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _model(annotation, value, path, depth)
    else:
        yield from _scalar(annotation, value, path)


def _union(
    annotation: Any, discriminant: str | None, value: Any, path: str, depth: int
) -> Iterator[str]:
    options = [_unwrap(option)[0] for option in get_args(annotation)]
    options = [option for option in options if option is not NoneType]
    literals = [option for option in options if get_origin(option) is Literal]
    if Any in options and literals and any(_is_model(option) for option in options):
        # An enumeration or an object, which the SDK's union has flattened: `"off"` or a plan.
        options.remove(Any)
    if Any in options:
        # An SDK enumeration: its literals, or anything a newer server may say.
        if not literals or _leaf(path) in _OPEN_CATALOGS:
            return
        options = [option for option in options if option is not Any]
        if options == literals:
            yield from _literal(get_args(literals[0]), value, path)
            return
    if discriminant and isinstance(value, dict):
        yield from _variant(options, discriminant, value, path, depth)
        return
    best: list[str] | None = None
    for option in options:
        problems = list(_limited(_value(option, value, path, depth)))
        if not problems:
            return
        if best is None or _badness(problems, path) < _badness(best, path):
            best = problems
    yield from best or ()


def _variant(
    options: list[Any],
    discriminant: str,
    value: dict[str, Any],
    path: str,
    depth: int,
    *,
    patch: bool = False,
) -> Iterator[str]:
    by_literal = _by_literal(tuple(options), discriminant)
    given = value.get(discriminant)
    where = f"{path}.{discriminant}" if path else discriminant
    if not isinstance(given, str) or given not in by_literal:
        yield f"{where} must be one of the following values: {', '.join(by_literal)}"
        return
    yield from _model(by_literal[given], value, path, depth, patch=patch)


@cache
def _by_literal(options: tuple[Any, ...], discriminant: str) -> dict[str, type[BaseModel]]:
    return {
        literal: option
        for option in options
        for literal in get_args(_unwrap(model_fields(option)[discriminant].annotation)[0])
    }


def _literal(allowed: tuple[Any, ...], value: Any, path: str) -> Iterator[str]:
    if isinstance(value, (dict, list)) or value not in allowed:
        values = ", ".join(str(one) for one in allowed[:60])
        yield f"{path} must be one of the following values: {values}"


def _list(item: Any, value: Any, path: str, depth: int) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path} must be an array"
        return
    for index, one in enumerate(value):
        yield from _value(item, one, f"{path}.{index}", depth + 1)


def _mapping(arguments: tuple[Any, ...], value: Any, path: str, depth: int) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} must be an object"
        return
    if depth > _MAX_DEPTH:
        yield f"{path} is nested too deeply"
        return
    if arguments:
        for name, one in value.items():
            if one is not None:
                yield from _value(arguments[1], one, f"{path}.{name[:80]}", depth + 1)


def _scalar(annotation: Any, value: Any, path: str) -> Iterator[str]:
    if annotation is bool:
        if not isinstance(value, bool):
            yield f"{path} must be a boolean value"
    elif annotation is str:
        if not isinstance(value, str):
            yield f"{path} must be a string"
        elif "\0" in value:
            yield f"{path} must not contain null characters"
    elif annotation in {int, float}:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124 - NaN
            yield f"{path} must be a number conforming to the specified constraints"
    elif annotation is datetime:
        yield from _moment(value, path)


def _moment(value: Any, path: str) -> Iterator[str]:
    if moment(value) is None:
        yield f"{path} must be a valid ISO 8601 date string"


@cache
def _unwrap(annotation: Any) -> tuple[Any, str | None]:
    """The bare type, without Optional and Annotated, and the union's discriminant if it has one."""
    discriminant: str | None = None
    while True:
        if get_origin(annotation) is Annotated:
            for extra in annotation.__metadata__:
                discriminant = getattr(extra, "discriminant", discriminant)
            annotation = annotation.__origin__
        elif get_origin(annotation) is Union:
            options = [one for one in get_args(annotation) if one is not NoneType]
            if len(options) != 1:
                return annotation, discriminant
            annotation = options[0]
        elif isinstance(annotation, ForwardRef):
            annotation = _resolve(annotation.__forward_arg__)
        else:
            return annotation, discriminant


def _resolve(name: str) -> Any:
    """A type another module of the SDK defines; they all end up in its `types` package."""
    return sdk_type(name)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_sequence(origin: Any) -> bool:
    return getattr(origin, "__name__", "") == "Sequence"


def _is_mapping(origin: Any) -> bool:
    return getattr(origin, "__name__", "") == "Mapping"


def _leaf(path: str) -> str:
    names = [part for part in path.split(".") if not part.isdigit()]
    return names[-1] if names else ""


def _badness(problems: list[str], path: str) -> tuple[bool, int]:
    """A wrong kind of value, or a wrong discriminant, is further off than a wrong property."""
    far = any(
        problem.startswith((f"{path} must be", f"{path}.type must", f"{path}.provider must"))
        for problem in problems
    )
    return far, len(problems)
