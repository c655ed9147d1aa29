"""Versions of assistants and tools: each change is kept under a label, `v1`, `v2`, …

A version may be pinned: by a squad's member (`assistantVersion`), by an assistant's `toolRefs`, or
by the traffic allocation in effect. What is pinned cannot be deleted. Old versions nobody pinned
are forgotten beyond `MAX_KEPT`.
"""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core import clock
from allokoli.core.database import Base
from allokoli.core.security.sealed_json import whole
from allokoli.engine.api.errors import Conflicting
from allokoli.engine.api.models import Resource

MAX_KEPT = 100
_LABEL = re.compile(r"v?(\d{1,9})")


class Version(Base):
    """An entity as it once was."""

    __tablename__ = "versions"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    secrets_sealed: Mapped[bytes | None]
    name: Mapped[str | None]
    description: Mapped[str | None]
    restored_from: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def label(self) -> str:
        """As the wire names it, e.g. `v3`."""
        return f"v{self.number}"


class Pinned(Conflicting):
    """A version of the entity is in use."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            {
                "error": f"{kind}_pinned",
                "message": f"This {kind} has versions pinned by squads, assistants or traffic"
                " allocations; unpin them first.",
            }
        )


async def publish(
    opened: AsyncSession, found: Resource, *, restored_from: int | None = None
) -> Version:
    """Keep an entity as it is now under the next label, which becomes its `latestVersion`."""
    number = 1 + (
        await opened.scalar(
            select(func.coalesce(func.max(Version.number), 0)).where(Version.entity_id == found.id)
        )
        or 0
    )
    version = Version(
        entity_id=found.id,
        number=number,
        org_id=found.org_id,
        body={name: one for name, one in found.body.items() if name != "latestVersion"},
        secrets_sealed=found.secrets_sealed,
        restored_from=restored_from,
        created_at=clock.now(),
    )
    opened.add(version)
    found.body = {**found.body, "latestVersion": version.label}
    await opened.flush()
    if number > MAX_KEPT:
        await _forget(opened, found, number - MAX_KEPT)
    return version


async def body_at(opened: AsyncSession, row: Resource, label: str) -> dict[str, Any] | None:
    """What an entity held at a version, secrets included.

    Args:
        opened: a session of the organization.
        row: the entity.
        label: e.g. `v3`.

    Returns:
        None when there is no such version.
    """
    version = await find(opened, row.id, label)
    return None if version is None else whole_at(version)


def whole_at(version: Version) -> dict[str, Any]:
    """What a version holds, secrets included: never for the wire."""
    return whole(version.body, version.secrets_sealed)


async def find(opened: AsyncSession, entity_id: UUID, label: str) -> Version | None:
    """A version by its label."""
    matched = _LABEL.fullmatch(label)
    return await opened.get(Version, (entity_id, int(matched[1]))) if matched else None


async def refuse_pinned(opened: AsyncSession, found: Resource) -> None:
    """An entity with a pinned version stays.

    Raises:
        Pinned: it has one.
    """
    if found.kind in {"assistant", "tool"} and await pins(opened, found):
        raise Pinned(found.kind)


async def pins(
    opened: AsyncSession, found: Resource, label: str | None = None
) -> list[dict[str, str]]:
    """Who pins an entity's versions: `VersionPinReference`s, at most 50.

    Args:
        opened: a session of the organization.
        found: the assistant or tool.
        label: only this version.
    """
    if found.kind == "tool":
        named: dict[str, Any] = {"toolId": str(found.id)}
        if label:
            named["version"] = label
        holds = or_(
            Resource.body.contains({"model": {"toolRefs": [named]}}),
            Resource.body.contains({"members": [{"assistant": {"model": {"toolRefs": [named]}}}]}),
        )
        rows = await _pinning(opened, holds, "assistant", "squad")
        return [
            {"sourceType": "squad" if row.kind == "squad" else "assistant_version"}
            | {"sourceId": str(row.id)}
            for row in rows
            if label or _pins_any(row.body, str(found.id))
        ]
    member: dict[str, Any] = {"assistantId": str(found.id)}
    if label:
        member["assistantVersion"] = label
    rows = await _pinning(opened, Resource.body.contains({"members": [member]}), "squad")
    pinned = [
        {"sourceType": "squad", "sourceId": str(row.id)}
        for row in rows
        if any(
            one.get("assistantId") == str(found.id) and one.get("assistantVersion")
            for one in row.body["members"]
        )
    ]
    governing = await governing_allocation(opened, found.id)
    if governing is not None and any(
        label in {None, target["assistantVersion"]} for target in governing.body.get("targets", [])
    ):
        pinned.append({"sourceType": "traffic_allocation", "sourceId": str(governing.id)})
    return pinned


async def governing_allocation(opened: AsyncSession, assistant_id: UUID) -> Resource | None:
    """The newest traffic allocation of an assistant, which is the one in effect."""
    found: Resource | None = await opened.scalar(
        select(Resource)
        .where(
            Resource.kind == "traffic-allocation",
            Resource.body.contains({"assistantId": str(assistant_id)}),
        )
        .order_by(Resource.created_at.desc(), Resource.id.desc())
        .limit(1)
    )
    return found


async def _pinning(opened: AsyncSession, holds: Any, *kinds: str) -> list[Resource]:
    statement = select(Resource).where(and_(Resource.kind.in_(kinds), holds)).limit(50)
    return list(await opened.scalars(statement))


def _pins_any(body: Any, tool_id: str) -> bool:
    """Whether a `toolRefs` somewhere in a body names a version of a tool."""
    if isinstance(body, dict):
        refs = body.get("toolRefs")
        if isinstance(refs, list) and any(
            isinstance(one, dict) and one.get("toolId") == tool_id and one.get("version")
            for one in refs
        ):
            return True
        return any(_pins_any(one, tool_id) for one in body.values())
    return isinstance(body, list) and any(_pins_any(one, tool_id) for one in body)


async def _forget(opened: AsyncSession, found: Resource, up_to: int) -> None:
    old = await opened.scalars(
        select(Version).where(Version.entity_id == found.id, Version.number <= up_to)
    )
    for version in old:
        if not await pins(opened, found, version.label):
            await opened.delete(version)
