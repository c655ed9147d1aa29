"""What the worker does for files: read their text, remove what is left of deleted ones."""

from datetime import timedelta
from uuid import UUID

import structlog

from allokoli.core import clock, jobs, storage
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.models import Resource
from allokoli.engine.files import service
from allokoli.engine.files.extraction import NotRead, text_of
from allokoli.engine.files.formats import BY_MIMETYPE
from allokoli.engine.knowledge import indexing

# Long before the job itself is, which would leave the file as if it were still being read.
_GIVEN_UP_AFTER = timedelta(hours=1)

_log = structlog.get_logger()


@jobs.task("engine.read_file")
async def read_file(*, org_id: str, file_id: str) -> None:
    """Read a file's text, keep it and make it findable; what fails is tried again for an hour."""
    identity, wanted = Identity.job(org_id), UUID(file_id)
    try:
        async with session(identity) as opened:
            row = await service.find(opened, wanted)
    except Missing:
        return
    if row.body["status"] != service.PROCESSING:
        return
    try:
        await _read(identity, row)
    except NotRead as failure:
        await _fail(identity, wanted, failure.reason)
    except NotFound:
        await _fail(identity, wanted, "the file is gone")
    except Exception as error:
        if clock.now() - row.updated_at < _GIVEN_UP_AFTER:
            raise
        _log.warning("file_given_up", file=file_id, error=type(error).__name__)
        await _fail(identity, wanted, "it could not be read, in spite of several attempts")


@jobs.task("engine.forget_file")
async def forget_objects(*, org_id: str, file_id: str) -> None:
    """Remove a deleted file's objects."""
    try:
        async with session(Identity.job(org_id)) as opened:
            await service.find(opened, UUID(file_id))
    except Missing:
        await storage.delete(service.object_key(UUID(org_id), UUID(file_id)))
        await storage.delete(service.text_key(UUID(org_id), UUID(file_id)))


async def _read(identity: Identity, row: Resource) -> None:
    text = await text_of(row.body["key"], BY_MIMETYPE[row.body["mimetype"]])
    raw = text.encode(errors="replace")
    await storage.put(service.text_key(row.org_id, row.id), raw)
    passages = await indexing.prepare(text)
    await _settle(identity, row.id, {"status": service.DONE, "parsedTextBytes": len(raw)}, passages)


async def _fail(identity: Identity, file_id: UUID, reason: str) -> None:
    await _settle(identity, file_id, {"status": service.FAILED, "statusReason": reason})


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
