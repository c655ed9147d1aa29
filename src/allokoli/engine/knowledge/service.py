"""Knowledge bases: named sets of files, each with the tool that searches it."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import KNOWLEDGE_BASE
from allokoli.engine.api.models import Resource
from allokoli.engine.api.resources import valid_id
from allokoli.engine.api.wire import as_uuid, iso, stored
from allokoli.engine.files import service as files
from allokoli.engine.knowledge.models import KnowledgeFile

KIND = KNOWLEDGE_BASE.name
MAX_BASES = 1_000
MAX_FILES = 1_000
_LENGTHS = {"name": (1, 80), "description": (0, 1000)}
_STATUS = {files.PROCESSING: "indexing", files.DONE: "ready", files.FAILED: "failed"}


async def create(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """Make a knowledge base and the tool that searches it.

    Raises:
        Invalid: a wrong property, or one base too many.
    """
    _check(body, required=("name",))
    now = clock.now()
    async with session(identity) as opened:
        kept = await opened.scalar(
            select(func.count()).select_from(Resource).where(Resource.kind == KIND)
        )
        if (kept or 0) >= MAX_BASES:
            raise Invalid(f"An organization may keep {MAX_BASES} knowledge bases.")
        row = Resource(
            org_id=identity.organization,
            kind=KIND,
            body={name: value for name, value in body.items() if value is not None},
            created_at=now,
            updated_at=now,
        )
        opened.add(row)
        await opened.flush()
        opened.add(
            Resource(
                org_id=row.org_id,
                kind="tool",
                body=_tool_body(row),
                created_at=now,
                updated_at=now,
            )
        )
        return stored(row)


async def listed(identity: Identity, limit: int) -> list[dict[str, Any]]:
    """The organization's knowledge bases, newest first."""
    statement = select(Resource).where(Resource.kind == KIND)
    statement = statement.order_by(Resource.created_at.desc(), Resource.id.desc()).limit(limit)
    async with session(identity) as opened:
        return [stored(row) for row in await opened.scalars(statement)]


async def get(identity: Identity, base_id: str) -> dict[str, Any]:
    """One knowledge base with its files and its tool.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await _find(opened, base_id)
        tool = await _tool_of(opened, row)
        return {
            **stored(row),
            "files": await _files_of(opened, row),
            "toolId": str(tool.id) if tool else None,
        }


async def update(identity: Identity, base_id: str, patch: dict[str, Any]) -> dict[str, Any]:
    """Change a knowledge base's name or description; its tool's description follows.

    Raises:
        Invalid: the id, or a wrong property.
        Missing: there is none.
    """
    _check(patch)
    if "name" in patch and patch["name"] is None:
        raise Invalid(["name should not be empty"])
    async with session(identity) as opened:
        row = await _find(opened, base_id, lock=True)
        merged = {**row.body, **patch}
        row.body = {name: value for name, value in merged.items() if value is not None}
        row.updated_at = clock.now()
        if tool := await _tool_of(opened, row):
            tool.body = {**tool.body, "function": _tool_body(row)["function"]}
            tool.updated_at = row.updated_at
        return stored(row)


async def delete(identity: Identity, base_id: str) -> dict[str, Any]:
    """Remove a knowledge base and its tool; its files stay.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await _find(opened, base_id, lock=True)
        told = stored(row)
        if tool := await _tool_of(opened, row):
            await opened.delete(tool)
        await opened.delete(row)
        return told


async def files_of(identity: Identity, base_id: str) -> list[dict[str, Any]]:
    """The files of a knowledge base, newest first.

    Raises:
        Invalid: the id is not one.
        Missing: there is no such base.
    """
    async with session(identity) as opened:
        return await _files_of(opened, await _find(opened, base_id))


async def attach(identity: Identity, base_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Put a file in a knowledge base; one that is in it stays in it.

    Raises:
        Invalid: no such file, another property, or one file too many.
        Missing: there is no such base.
    """
    problems = [f"property {name[:80]} should not exist" for name in body if name != "fileId"]
    file_id = as_uuid(str(body.get("fileId") or ""))
    if file_id is None:
        problems.append("fileId must be a UUID")
    if problems or file_id is None:
        raise Invalid(problems)
    async with session(identity) as opened:
        # Locked: two at once would both find the file absent.
        row = await _find(opened, base_id, lock=True)
        try:
            file = await files.find(opened, file_id)
        except Missing:
            raise Invalid([f"fileId: File {file_id} does not exist"]) from None
        link = await _link(opened, row.id, file_id)
        if link is None:
            count = await opened.scalar(
                select(func.count())
                .select_from(KnowledgeFile)
                .where(KnowledgeFile.knowledge_base_id == row.id)
            )
            if (count or 0) >= MAX_FILES:
                raise Invalid(f"A knowledge base may hold {MAX_FILES} files.")
            now = clock.now()
            link = KnowledgeFile(
                org_id=row.org_id,
                knowledge_base_id=row.id,
                file_id=file_id,
                created_at=now,
                updated_at=now,
            )
            opened.add(link)
            await opened.flush()
        return _shown_file(link, file)


async def detach(identity: Identity, base_id: str, file_id: str) -> dict[str, Any]:
    """Take a file out of a knowledge base; the file itself stays.

    Raises:
        Invalid: an id is not one.
        Missing: there is no such base, or the file is not in it.
    """
    async with session(identity) as opened:
        link, file = await _linked(opened, base_id, file_id)
        told = _shown_file(link, file)
        await opened.delete(link)
        return told


async def retry(identity: Identity, base_id: str, file_id: str) -> dict[str, Any]:
    """Have a file that could not be read be read again; others are left as they are.

    Raises:
        Invalid: an id is not one.
        Missing: there is no such base, or the file is not in it.
    """
    async with session(identity) as opened:
        link, file = await _linked(opened, base_id, file_id)
        if file.body["status"] == files.FAILED:
            body = {name: one for name, one in file.body.items() if name != "statusReason"}
            file.body = {**body, "status": files.PROCESSING}
            file.updated_at = link.updated_at = clock.now()
            await opened.flush()
            await files.queue_reading(opened, file)
        return _shown_file(link, file)


def _check(body: dict[str, Any], required: tuple[str, ...] = ()) -> None:
    problems = [f"property {name[:80]} should not exist" for name in body if name not in _LENGTHS]
    problems += [f"{name} should not be empty" for name in required if body.get(name) is None]
    for name, (least, most) in _LENGTHS.items():
        value = body.get(name)
        if value is not None and not (isinstance(value, str) and least <= len(value) <= most):
            problems.append(f"{name} must be a string of {least} to {most} characters")
    if problems:
        raise Invalid(problems)


def _tool_body(row: Resource) -> dict[str, Any]:
    about = row.body.get("description") or row.body["name"]
    return {
        "type": "knowledgeBase",
        "knowledgeBaseId": str(row.id),
        "function": {
            "name": f"search_{row.id.hex[:12]}",
            "description": f"Search this knowledge base before answering: {about}",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "What to look for, in full words."}
                },
                "required": ["query"],
            },
        },
    }


def _shown_file(link: KnowledgeFile, file: Resource) -> dict[str, Any]:
    return {
        "id": str(link.id),
        "knowledgeBaseV2Id": str(link.knowledge_base_id),
        "fileId": str(link.file_id),
        "fileName": file.body["name"],
        "mimetype": file.body["mimetype"],
        "bytes": file.body["bytes"],
        "status": _STATUS[file.body["status"]],
        "createdAt": iso(link.created_at),
        "updatedAt": iso(max(link.updated_at, file.updated_at)),
    }


async def _find(opened: AsyncSession, base_id: str, *, lock: bool = False) -> Resource:
    row = await opened.get(Resource, valid_id(base_id), with_for_update=lock or None)
    if row is None or row.kind != KIND:
        raise Missing("Knowledge base", base_id)
    return row


async def _tool_of(opened: AsyncSession, row: Resource) -> Resource | None:
    statement = select(Resource).where(
        Resource.kind == "tool", Resource.body["knowledgeBaseId"].astext == str(row.id)
    )
    return (await opened.scalars(statement.order_by(Resource.created_at).limit(1))).first()


async def _files_of(opened: AsyncSession, row: Resource) -> list[dict[str, Any]]:
    statement = (
        select(KnowledgeFile, Resource)
        .join(Resource, Resource.id == KnowledgeFile.file_id)
        .where(KnowledgeFile.knowledge_base_id == row.id)
        .order_by(KnowledgeFile.created_at.desc(), KnowledgeFile.id.desc())
    )
    return [_shown_file(link, file) for link, file in await opened.execute(statement)]


async def _link(opened: AsyncSession, base_id: UUID, file_id: UUID) -> KnowledgeFile | None:
    statement = select(KnowledgeFile).where(
        KnowledgeFile.knowledge_base_id == base_id, KnowledgeFile.file_id == file_id
    )
    return (await opened.scalars(statement)).first()


async def _linked(
    opened: AsyncSession, base_id: str, file_id: str
) -> tuple[KnowledgeFile, Resource]:
    row = await _find(opened, base_id)
    wanted = valid_id(file_id)
    link = await _link(opened, row.id, wanted)
    if link is None:
        raise Missing("File of this knowledge base", file_id)
    return link, await files.find(opened, wanted, lock=True)
