"""Writes that hold our database and the voice platform together.

Each step is committed before the next: a local row first, then the platform, then the id it gave.
What fails is undone at once when that is certain to be right; what a crash or a silent platform
leaves open is closed by `settle`, which finds the entity at the platform by the mark it carries.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError, Conflict, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.mirror.merging import merged
from allokoli.platform.mirror.models import Mirrored, Sync
from allokoli.platform.mirror.outgoing import marked, with_server
from allokoli.platform.mirror.own_model import as_we_hold_it, with_model
from allokoli.platform.organizations import service as organizations
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.errors import Uncertain, nonsense
from allokoli.vapi.regions import Access

# How far our clock and the platform's may be apart.
_CLOCKS_APART = timedelta(minutes=10)

M = TypeVar("M", bound=Mirrored)


@dataclass(frozen=True, slots=True)
class Entity(Generic[M]):
    """An entity that is mirrored.

    Attributes:
        table: our rows.
        resource: its name in the platform's paths.
        missing: the sentence for an id that is not there.
        serves_calls: whether it carries the address for server messages.
    """

    table: type[M]
    resource: str
    missing: str
    serves_calls: bool = False


async def create(identity: Identity, entity: Entity[M], row: M) -> M:
    """Create here and at the platform, or nowhere.

    Args:
        identity: who asks.
        entity: of what kind.
        row: a new row with its id, organization and `config`.

    Raises:
        AlloKoliError: the platform's failure; nothing is left behind.
    """
    reach = await begin(identity, row)
    try:
        async with VoicePlatform(reach) as platform:
            made = await platform.create(entity.resource, outgoing(entity, row, reach))
            platform_id = made.get("id")
            if not isinstance(platform_id, str):
                raise nonsense()
            try:
                return await record(identity, entity, row.id, platform_id)
            except Exception:
                await platform.delete(entity.resource, platform_id)
                raise
    except AlloKoliError as error:
        await give_up(identity, entity, row.id, certain=not isinstance(error, Uncertain))
        raise


async def update(
    identity: Identity,
    entity: Entity[M],
    row_id: UUID,
    change: Callable[[M], dict[str, Any]],
    *,
    replace: bool = False,
) -> M:
    """Change here and at the platform, or nowhere.

    Args:
        identity: who asks.
        entity: of what kind.
        row_id: which one.
        change: alters our row's own columns and returns the platform's fields to change.
        replace: take the fields as they are, instead of merging them with what the platform holds.

    Raises:
        NotFound: no such row.
        Conflict: another change is on its way.
        AlloKoliError: the platform's failure; everything is as before.
    """
    async with session(identity) as opened:
        row = await _claimed(opened, entity, row_id, "updating")
        reach = await organizations.voice_platform_access(opened, identity)
    try:
        changes = change(row)
        async with VoicePlatform(reach) as platform:
            if not replace:
                current = await platform.get(entity.resource, row.platform_id or "")
                changes = merged(as_we_hold_it(current, row.config), changes)
            kept = {name: value for name, value in row.config.items() if name not in changes}
            set_now = {name: value for name, value in changes.items() if value is not None}
            row.config = {**kept, **set_now}
            sent = outgoing(entity, row, reach)
            named = {name: sent.get(name) for name in changes}
            if entity.serves_calls and "model" in changes:
                # The key goes with the model it opens, and leaves with it.
                named["credentials"] = sent.get("credentials", [])
            await platform.update(entity.resource, row.platform_id or "", named)
    except AlloKoliError as error:
        # When the platform may have taken the change, `settle` puts back what we hold.
        if not isinstance(error, Uncertain):
            await _set_sync(identity, entity, row_id, "synced")
        raise
    row.sync = "synced"
    row.sync_at = row.updated_at = clock.now()
    async with session(identity) as opened:
        return await opened.merge(row)


async def delete(identity: Identity, entity: Entity[M], row_id: UUID) -> M:
    """Delete at the platform, then here.

    Raises:
        NotFound: no such row.
        Conflict: another change is on its way, or the platform refuses.
        AlloKoliError: the platform's failure; everything is as before.
    """
    async with session(identity) as opened:
        row = await _claimed(opened, entity, row_id, "deleting")
        reach = await organizations.voice_platform_access(opened, identity)
    try:
        async with VoicePlatform(reach) as platform:
            if row.platform_id:
                await platform.delete(entity.resource, row.platform_id)
    except AlloKoliError:
        await _set_sync(identity, entity, row_id, "synced")
        raise
    await _forget(identity, entity, row_id)
    return row


async def settle(identity: Identity, entity: Entity[M], row_id: UUID) -> None:
    """Finish or undo what was interrupted; safe to repeat.

    Raises:
        AlloKoliError: the platform still fails; to be tried again.
    """
    async with session(identity) as opened:
        row = await opened.scalar(
            select(entity.table).where(entity.table.id == row_id).with_for_update(skip_locked=True)
        )
        if row is None or row.sync == "synced":
            return
        reach = await organizations.voice_platform_access(opened, identity)
        async with VoicePlatform(reach) as platform:
            platform_id = row.platform_id or await find_at_platform(platform, entity, row)
            if row.sync in {"deleting", "discarding"} or platform_id is None:
                if platform_id is not None:
                    await platform.delete(entity.resource, platform_id)
                await opened.delete(row)
                return
            await platform.update(entity.resource, platform_id, outgoing(entity, row, reach))
        row.platform_id, row.sync, row.sync_at = platform_id, "synced", clock.now()


async def begin(identity: Identity, row: Mirrored) -> Access:
    """Write the local row of a creation; returns how to reach the platform."""
    row.sync, row.sync_at = "pending", clock.now()
    async with session(identity) as opened:
        opened.add(row)
        return await organizations.voice_platform_access(opened, identity)


async def access(identity: Identity) -> Access:
    """How to reach the organization's platform."""
    async with session(identity) as opened:
        return await organizations.voice_platform_access(opened, identity)


async def note_platform_id(
    identity: Identity, entity: Entity[M], row_id: UUID, platform_id: str
) -> None:
    """Note the id the platform gave while the creation goes on; `settle` completes it if it
    stops here."""
    async with session(identity) as opened:
        row = await find(opened, entity, row_id, lock=True)
        row.platform_id, row.sync_at = platform_id, clock.now()


async def record(identity: Identity, entity: Entity[M], row_id: UUID, platform_id: str) -> M:
    """Note the id the platform gave: the creation is complete."""
    async with session(identity) as opened:
        row = await find(opened, entity, row_id, lock=True)
        row.platform_id, row.sync, row.sync_at = platform_id, "synced", clock.now()
        return row


async def give_up(identity: Identity, entity: Entity[M], row_id: UUID, *, certain: bool) -> None:
    """Undo a creation that failed.

    Args:
        identity: who asked.
        entity: of what kind.
        row_id: the local row.
        certain: whether nothing was made at the platform; if not, `settle` will look.
    """
    if certain:
        await _forget(identity, entity, row_id)
    else:
        await _set_sync(identity, entity, row_id, "discarding")


async def find(opened: AsyncSession, entity: Entity[M], row_id: UUID, *, lock: bool = False) -> M:
    """A row of ours.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await opened.get(entity.table, row_id, with_for_update=lock or None)
    if row is None:
        raise NotFound(entity.missing)
    return row


async def find_at_platform(platform: VoicePlatform, entity: Entity[M], row: Mirrored) -> str | None:
    """The id of an entity at the platform, by its mark, when it was never recorded."""
    since = (row.created_at - _CLOCKS_APART).isoformat()
    for found in await platform.list(entity.resource, limit=1000, createdAtGe=since):
        if str(row.id) in json.dumps(found) and isinstance(found.get("id"), str):
            return str(found["id"])
    return None


def outgoing(entity: Entity[M], row: Mirrored, access: Access) -> dict[str, Any]:
    """Everything the platform is told about a row."""
    body = marked(row.config, row.id)
    return with_server(with_model(body, access.model), access) if entity.serves_calls else body


async def _claimed(opened: AsyncSession, entity: Entity[M], row_id: UUID, sync: Sync) -> M:
    row = await find(opened, entity, row_id, lock=True)
    if row.sync != "synced":
        raise Conflict("Un autre changement est en cours. Réessayez dans une minute.")
    row.sync, row.sync_at = sync, clock.now()
    await opened.flush()
    return row


async def _set_sync(identity: Identity, entity: Entity[M], row_id: UUID, sync: Sync) -> None:
    async with session(identity) as opened:
        row = await opened.get(entity.table, row_id, with_for_update=True)
        if row is not None:
            row.sync, row.sync_at = sync, clock.now()


async def _forget(identity: Identity, entity: Entity[M], row_id: UUID) -> None:
    async with session(identity) as opened:
        row = await opened.get(entity.table, row_id, with_for_update=True)
        if row is not None:
            await opened.delete(row)
