"""What the worker does for files: read their text, remove what is left of deleted ones."""

from uuid import UUID

from allokoli.core import clock, jobs, storage
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Missing
from allokoli.engine.files import service
from allokoli.engine.files.extraction import NotRead, text_of
from allokoli.engine.files.formats import BY_MIMETYPE
from allokoli.engine.knowledge import indexing


@jobs.task("engine.read_file")
async def read_file(*, org_id: str, file_id: str) -> None:
    """Read a file's text, keep it and make it findable."""
    identity, wanted = Identity.job(org_id), UUID(file_id)
    try:
        async with session(identity) as opened:
            row = await service.find(opened, wanted)
    except Missing:
        return
    if row.body["status"] != service.PROCESSING:
        return
    try:
        text = await text_of(row.body["key"], BY_MIMETYPE[row.body["mimetype"]])
    except NotRead as failure:
        await _settle(identity, wanted, {"status": service.FAILED, "statusReason": failure.reason})
        return
    except NotFound:
        await _settle(
            identity, wanted, {"status": service.FAILED, "statusReason": "the file is gone"}
        )
        return
    raw = text.encode(errors="replace")
    await storage.put(service.text_key(row.org_id, wanted), raw)
    passages = await indexing.prepare(text)
    await _settle(identity, wanted, {"status": service.DONE, "parsedTextBytes": len(raw)}, passages)


@jobs.task("engine.forget_file")
async def forget_objects(*, org_id: str, file_id: str) -> None:
    """Remove a deleted file's objects."""
    try:
        async with session(Identity.job(org_id)) as opened:
            await service.find(opened, UUID(file_id))
    except Missing:
        await storage.delete(service.object_key(UUID(org_id), UUID(file_id)))
        await storage.delete(service.text_key(UUID(org_id), UUID(file_id)))


async def _settle(
    identity: Identity,
    file_id: UUID,
    outcome: dict[str, object],
    passages: list[dict[str, str]] | None = None,
) -> None:
    """Record a reading; of a file deleted meanwhile, nothing may stay."""
    try:
        async with session(identity) as opened:
            row = await service.find(opened, file_id, lock=True)
            await indexing.index(opened, row.org_id, file_id, passages or [])
            kept = {name: one for name, one in row.body.items() if name != "statusReason"}
            row.body = {**kept, **outcome}
            row.updated_at = clock.now()
    except Missing:
        await storage.delete(service.text_key(identity.organization, file_id))
