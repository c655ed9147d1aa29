"""What entities say of each other: what a body names, what refers to an entity, what is in it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.api.errors import Busy, refuse
from allokoli.engine.api.filters import property_of
from allokoli.engine.api.kinds import BY_NAME, KINDS, Kind
from allokoli.engine.api.models import Resource
from allokoli.engine.api.wire import as_uuid


async def check_references(opened: AsyncSession, kind: Kind, body: dict[str, Any]) -> None:
    """What a body names must exist.

    Raises:
        Invalid: something does not.
    """
    named = [
        (path, one, referred)
        for path, referred in kind.references.items()
        for one in _named(body, path.split("."))
    ]
    ids = {found for _, one, _ in named if (found := as_uuid(str(one)))}
    if not named:
        return
    known = await opened.execute(select(Resource.id, Resource.kind).where(Resource.id.in_(ids)))
    kinds = {found.id: found.kind for found in known}
    refuse(
        [
            f"{path}: {BY_NAME[referred].title} {str(one)[:80]} does not exist"
            for path, one, referred in named
            if not (found := as_uuid(str(one))) or kinds.get(found) != referred
        ][:50]
    )


async def refuse_referred(opened: AsyncSession, kind: Kind, found: Resource) -> None:
    """Keep what another entity refers to.

    Raises:
        Busy: one does.
    """
    referring = [
        (Resource.kind == other.name) & (property_of(name) == str(found.id))
        for other in KINDS
        for name, referred in other.references.items()
        if referred == kind.name
    ]
    if await opened.scalar(select(Resource.id).where(or_(*referring)).limit(1)):
        raise Busy(f"This {kind.title.lower()} is in use; delete what uses it first.")


def nested(kind: Kind) -> Iterator[tuple[Kind, str]]:
    """The kinds whose collections are inside an entity of this one."""
    for other in KINDS:
        for name, referred in other.references.items():
            if referred == kind.name and f"{{{name}}}" in other.path:
                yield other, name


def _named(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _named(one, path)
    elif path:
        if isinstance(value, dict) and value.get(path[0]) is not None:
            yield from _named(value[path[0]], path[1:])
    else:
        yield value
