"""`/file`: uploads by multipart, as Vapi takes them; downloads by signed link."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from allokoli.core import storage
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.resources import valid_id
from allokoli.engine.files import links, service
from allokoli.engine.files.links import Part

UPLOAD_PATHS = ("/file", "/file/upload")
# What multipart writes around a file and its fields.
ENVELOPE_BYTES = 32_000

router = APIRouter(tags=["file"])
_FIELDS = ("file", "purpose", "metadata")
_CLIENT_LEFT = 499


@router.post("/file", status_code=201, response_model=None)
@router.post("/file/upload", status_code=201, response_model=None)
async def create(caller: Private, request: Request) -> dict[str, Any] | Response:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Invalid("The request's body must be multipart/form-data with a file field.")
    try:
        async with request.form(max_files=1, max_fields=4, max_part_size=ENVELOPE_BYTES) as form:
            problems = [
                f"property {name[:80]} should not exist" for name in form if name not in _FIELDS
            ]
            file, purpose, metadata = (form.get(name) for name in _FIELDS)
            if not isinstance(file, UploadFile):
                problems.append("file must be a file")
            if problems or not isinstance(file, UploadFile):
                raise Invalid(problems)
            return await service.create(
                caller.identity,
                file.file,
                filename=file.filename,
                declared=file.content_type,
                purpose=purpose if isinstance(purpose, str) else None,
                metadata=metadata if isinstance(metadata, str) else None,
            )
    except ClientDisconnect:
        return Response(status_code=_CLIENT_LEFT)


@router.get("/file")
async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
    unknown = [name for name in request.query_params if name != "purpose"]
    if unknown:
        raise Invalid([f"property {name[:80]} should not exist" for name in unknown])
    return await service.listed(caller.identity, request.query_params.get("purpose"))


@router.get("/file/{file_id}")
async def get(caller: Private, file_id: str) -> dict[str, Any]:
    return await service.get(caller.identity, file_id)


@router.patch("/file/{file_id}")
async def rename(caller: Private, file_id: str, request: Request) -> dict[str, Any]:
    return await service.rename(caller.identity, file_id, await json_object(request))


@router.delete("/file/{file_id}")
async def delete(caller: Private, file_id: str) -> dict[str, Any]:
    return await service.delete(caller.identity, file_id)


@router.get("/file/{file_id}/content", response_class=Response)
async def content(file_id: str, token: str = "") -> Response:
    """The file itself, by signed link."""
    return await _download(file_id, token, "content")


@router.get("/file/{file_id}/text", response_class=Response)
async def text(file_id: str, token: str = "") -> Response:
    """The file's text, by signed link."""
    return await _download(file_id, token, "text")


async def _download(file_id: str, token: str, part: Part) -> Response:
    wanted = valid_id(file_id)
    org_id = links.organization(token, wanted, part)
    async with session(Identity("api_key", org_id)) as opened:
        row = await service.find(opened, wanted)
    whole = part == "content"
    key = service.object_key(org_id, wanted) if whole else service.text_key(org_id, wanted)
    try:
        size = await storage.size(key)
    except NotFound:
        raise Missing("File", file_id) from None
    return StreamingResponse(
        storage.stream(key, 0, size),
        media_type=row.body["mimetype"] if whole else "text/plain; charset=utf-8",
        headers={
            "content-length": str(size),
            # An uploaded page must never run as one of ours.
            "content-disposition": "attachment",
            "content-security-policy": "sandbox; default-src 'none'",
            "x-content-type-options": "nosniff",
            "cache-control": "private, max-age=3600",
        },
    )
