"""An organization's files: kept in storage, their text read by a job."""

import json
from typing import IO, Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs, storage
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import FILE
from allokoli.engine.api.models import Resource
from allokoli.engine.api.resources import valid_id
from allokoli.engine.api.wire import stored
from allokoli.engine.files import links
from allokoli.engine.files.formats import HEAD_BYTES, clean_name, recognize

KIND = FILE.name
PROCESSING, DONE, FAILED = "processing", "done", "failed"
PURPOSES = ("assistant", "composer-attachment", "knowledge-base-v2")
MAX_FILES = 1_000
MAX_NAME_CHARS = 40
_MAX_METADATA_CHARS = 4096


async def create(
    identity: Identity,
    file: IO[bytes],
    *,
    filename: str | None,
    declared: str | None,
    purpose: str | None,
    metadata: str | None,
) -> dict[str, Any]:
    """Keep an uploaded file and queue the reading of its text.

    Args:
        identity: acts for the organization.
        file: open at its beginning, seekable.
        filename: as the client named it.
        declared: the media type the client gave.
        purpose: one of `PURPOSES`.
        metadata: a JSON object, written out.

    Raises:
        Invalid: empty, not a document that can be read, or one file too many.
    """
    extra = _checked(purpose, metadata)
    head = file.read(HEAD_BYTES)
    if not head:
        raise Invalid(["file should not be empty"])
    name = clean_name(filename)
    form = recognize(name, declared, head)
    size = file.seek(0, 2)
    file.seek(0)
    file_id = uuid4()
    key = object_key(identity.organization, file_id)
    async with session(identity) as opened:
        await _check_count(opened)
    await storage.put(key, file)
    now = clock.now()
    body = {
        "object": "file",
        "status": PROCESSING,
        "name": name[:MAX_NAME_CHARS],
        "originalName": name,
        "bytes": size,
        "mimetype": form.mimetype,
        "key": key,
        "path": key,
        "bucket": "allokoli",
        **extra,
    }
    row = Resource(
        id=file_id,
        org_id=identity.organization,
        kind=KIND,
        body=body,
        created_at=now,
        updated_at=now,
    )
    try:
        async with session(identity) as opened:
            opened.add(row)
            await opened.flush()
            await queue_reading(opened, row)
    except BaseException:
        await storage.delete(key)
        raise
    return shown(row)


async def listed(identity: Identity, purpose: str | None) -> list[dict[str, Any]]:
    """The organization's files, newest first.

    Args:
        identity: acts for the organization.
        purpose: only those with this purpose; when None, all but attachments of the composer.

    Raises:
        Invalid: no such purpose.
    """
    statement = select(Resource).where(Resource.kind == KIND)
    named = Resource.body["purpose"].astext
    if purpose is None:
        statement = statement.where(named.is_distinct_from("composer-attachment"))
    else:
        _checked(purpose, None)
        statement = statement.where(named == purpose)
    statement = statement.order_by(Resource.created_at.desc(), Resource.id.desc())
    async with session(identity) as opened:
        return [shown(row) for row in await opened.scalars(statement.limit(MAX_FILES))]


async def get(identity: Identity, file_id: str) -> dict[str, Any]:
    """One file.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        return shown(await find(opened, valid_id(file_id)))


async def rename(identity: Identity, file_id: str, patch: dict[str, Any]) -> dict[str, Any]:
    """Change a file's name, the one thing of it that can be changed.

    Raises:
        Invalid: the id, the name, or another property.
        Missing: there is none.
    """
    problems = [f"property {name[:80]} should not exist" for name in patch if name != "name"]
    name = patch.get("name")
    if name is not None and not (isinstance(name, str) and 1 <= len(name) <= MAX_NAME_CHARS):
        problems.append(f"name must be a string of 1 to {MAX_NAME_CHARS} characters")
    if problems:
        raise Invalid(problems)
    async with session(identity) as opened:
        row = await find(opened, valid_id(file_id), lock=True)
        if name is not None:
            row.body = {**row.body, "name": name}
            row.updated_at = clock.now()
        return shown(row)


async def delete(identity: Identity, file_id: str) -> dict[str, Any]:
    """Remove a file, its text and what was found in it.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    from allokoli.engine.files.tasks import forget_objects

    async with session(identity) as opened:
        row = await find(opened, valid_id(file_id), lock=True)
        told = shown(row)
        await opened.delete(row)
        await opened.flush()
        await jobs.defer(opened, forget_objects, org_id=str(row.org_id), file_id=str(row.id))
        return told


async def find(opened: AsyncSession, file_id: UUID, *, lock: bool = False) -> Resource:
    """A file's row.

    Raises:
        Missing: there is none in this organization.
    """
    row = await opened.get(Resource, file_id, with_for_update=lock or None)
    if row is None or row.kind != KIND:
        raise Missing("File", file_id)
    return row


async def queue_reading(opened: AsyncSession, row: Resource) -> None:
    """Have a file's text read, or read again."""
    from allokoli.engine.files.tasks import read_file

    await jobs.defer(
        opened, read_file, lock=f"file:{row.id}", org_id=str(row.org_id), file_id=str(row.id)
    )


def object_key(org_id: UUID, file_id: UUID) -> str:
    """Where a file is kept; no part of it comes from outside."""
    return f"files/{org_id}/{file_id}/content"


def text_key(org_id: UUID, file_id: UUID) -> str:
    """Where a file's text is kept."""
    return f"files/{org_id}/{file_id}/text"


def shown(row: Resource) -> dict[str, Any]:
    """A file on the wire, with links that are good for a day."""
    told = {**stored(row), "url": links.signed(row.id, row.org_id, "content")}
    if row.body["status"] == DONE:
        told["parsedTextUrl"] = links.signed(row.id, row.org_id, "text")
    return told


def _checked(purpose: str | None, metadata: str | None) -> dict[str, Any]:
    problems = []
    checked: dict[str, Any] = {}
    if purpose is not None:
        checked["purpose"] = purpose
        if purpose not in PURPOSES:
            problems.append(f"purpose must be one of the following values: {', '.join(PURPOSES)}")
    if metadata is not None:
        try:
            checked["metadata"] = json.loads(metadata[: _MAX_METADATA_CHARS + 1])
        except (ValueError, RecursionError):
            checked["metadata"] = None
        if len(metadata) > _MAX_METADATA_CHARS:
            problems.append(
                f"metadata must be shorter than or equal to {_MAX_METADATA_CHARS} characters"
            )
        elif not isinstance(checked["metadata"], dict) or not _storable(checked["metadata"]):
            problems.append("metadata must be a JSON object, written as text")
    if problems:
        raise Invalid(problems)
    return checked


def _storable(value: dict[str, Any]) -> bool:
    """Whether a database can hold it: no null characters, lone surrogates or odd numbers."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        written.encode()
    except ValueError:
        return False
    return "\\u0000" not in written.replace("\\\\", "")


async def _check_count(opened: AsyncSession) -> None:
    count = await opened.scalar(
        select(func.count()).select_from(Resource).where(Resource.kind == KIND)
    )
    if (count or 0) >= MAX_FILES:
        raise Invalid(f"An organization may keep {MAX_FILES} files. Delete some first.")
