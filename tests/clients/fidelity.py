"""What an official client made of an answer, compared with the answer itself."""

import datetime as dt
import typing
from typing import Any

import httpx
import pydantic
from pydantic.fields import FieldInfo


class Unfaithful(AssertionError):
    """Something was lost or wrong between the wire and the client's object."""


def check(response: httpx.Response, parsed: Any, declared: Any, *, typed: bool = True) -> None:
    """Compare an answer with what the client returned.

    Args:
        response: as received; its body was read.
        parsed: what the client returned for it.
        declared: the type its method promises.
        typed: whether to hold the answer against that type as well.

    Raises:
        Unfaithful: with every place where a value was lost, is missing or has the wrong type.
    """
    raw = response.json()
    troubles = list(_lost(raw, parsed, "$"))
    try:
        if typed:
            pydantic.TypeAdapter(declared).validate_python(raw)
    except pydantic.ValidationError as error:
        # A union tells the trouble of each of its members; the walk above names the one meant.
        if not _is_union(declared):
            troubles += [
                f"${''.join(f'.{part}' for part in one['loc'])}: {one['msg']}"
                for one in error.errors()[:20]
            ]
    if troubles:
        request = response.request
        raise Unfaithful(f"{request.method} {request.url.path}\n  " + "\n  ".join(troubles))


def same(one: pydantic.BaseModel, other: pydantic.BaseModel) -> bool:
    """Whether two objects of the client say the same; each method has classes of its own."""
    return one.model_dump() == other.model_dump()


def _lost(raw: Any, parsed: Any, where: str) -> typing.Iterator[str]:
    if raw is None:
        return
    if parsed is None:
        yield f"{where}: the client lost {str(raw)[:120]}"
    elif isinstance(parsed, pydantic.BaseModel):
        yield from _lost_fields(raw, parsed, where)
    elif isinstance(raw, list) and isinstance(parsed, list):
        yield from _lost_items(raw, parsed, where)
    elif isinstance(raw, dict) and isinstance(parsed, dict):
        for name, value in raw.items():
            yield from _lost(value, parsed.get(name), f"{where}.{name}")
    elif raw != parsed and not _same_moment(raw, parsed):
        yield f"{where}: {raw!r:.120} was read as {parsed!r:.120}"


def _lost_items(raw: list[Any], parsed: list[Any], where: str) -> typing.Iterator[str]:
    if len(raw) != len(parsed):
        yield f"{where}: {len(raw)} items sent, {len(parsed)} read"
    for index, (one, read) in enumerate(zip(raw, parsed, strict=False)):
        yield from _lost(one, read, f"{where}[{index}]")


def _lost_fields(raw: Any, parsed: pydantic.BaseModel, where: str) -> typing.Iterator[str]:
    if not isinstance(raw, dict):
        yield f"{where}: {type(parsed).__name__} expected, {raw!r:.80} sent"
        return
    known = set()
    for name, field in type(parsed).model_fields.items():
        sent_as = _sent_as(name, field)
        known.add(sent_as)
        if sent_as not in raw:
            if field.is_required():
                yield f"{where}.{sent_as}: required of {type(parsed).__name__}, not sent"
            continue
        value, read = raw[sent_as], getattr(parsed, name)
        if value is None and field.is_required():
            yield f"{where}.{sent_as}: required of {type(parsed).__name__}, sent as null"
        # The client's messages are unions that nothing tells apart: it reads all as one class.
        allowed = set() if sent_as == "role" else _literals(field.annotation)
        if allowed and isinstance(value, str) and value not in allowed:
            yield f"{where}.{sent_as}: {value!r} is none of {type(parsed).__name__}'s values"
        if dt.datetime in _members(field.annotation) and not isinstance(read, dt.datetime | None):
            yield f"{where}.{sent_as}: {value!r} is no date"
        yield from _lost(value, read, f"{where}.{sent_as}")
    for name in set(raw) - known:
        extra = (parsed.model_extra or {}).get(name)
        yield from _lost(raw[name], extra, f"{where}.{name}")


def _sent_as(name: str, field: FieldInfo) -> str:
    """A field's name on the wire; older clients keep it beside pydantic, not in it."""
    aliases = (getattr(one, "alias", None) for one in field.metadata)
    return field.alias or next((one for one in aliases if one), name)


def _same_moment(raw: Any, parsed: Any) -> bool:
    return isinstance(parsed, dt.datetime) and dt.datetime.fromisoformat(raw) == parsed


def _literals(annotation: Any) -> set[str]:
    """The words a field may hold; none when it may hold any other text."""
    members = _members(annotation)
    if str in members:
        return set()
    return {
        word
        for member in members
        if typing.get_origin(member) is typing.Literal
        for word in typing.get_args(member)
    }


def _members(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if _is_union(annotation):
        return [part for one in typing.get_args(annotation) for part in _members(one)]
    return [annotation]


def _is_union(annotation: Any) -> bool:
    if typing.get_origin(annotation) is typing.Annotated:
        return _is_union(typing.get_args(annotation)[0])
    return typing.get_origin(annotation) is typing.Union
