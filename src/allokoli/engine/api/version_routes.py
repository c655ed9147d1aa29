"""`/assistant/{id}/versions` and what goes with it; the same for tools.

A version is what a change left; a draft is what a change would be. Publishing a draft makes it the
newest version, restoring makes an old version the newest one again.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.engine.api import drafts, resources, versions
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Conflicting, Invalid, Missing
from allokoli.engine.api.kinds import Kind
from allokoli.engine.api.listing import DEFAULT_LIMIT, MAX_LIMIT
from allokoli.engine.api.models import Resource
from allokoli.engine.api.secrets import masked
from allokoli.engine.api.validation.shapes import Field, check
from allokoli.engine.api.versions import Version
from allokoli.engine.api.wire import iso

_LABELS = {"versionName": Field(str), "versionDescription": Field(str)}
_MAX_LABEL = 255


def version_routes(kind: Kind) -> APIRouter:
    """The routes of a versioned kind."""
    router = APIRouter(tags=[kind.name])
    for path in (f"{kind.path}/{{entity_id}}/versions", f"{kind.path}/{{entity_id}}/version"):
        router.include_router(_history(kind), prefix=path)
        router.add_api_route(path, _publish(kind), methods=["POST"], status_code=201)
    restore = kind.path + "/{entity_id}/restore/{version}"
    router.add_api_route(restore, _restore(kind), methods=["POST"], status_code=201)
    router.include_router(drafts.draft_routes(kind))
    return router


def _history(kind: Kind) -> APIRouter:
    router = APIRouter()

    async def listed(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
        limit, before = _read(request)
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id)
            statement = select(Version).where(Version.entity_id == row.id)
            if before is not None:
                statement = statement.where(Version.number < before)
            statement = statement.order_by(Version.number.desc()).limit(limit + 1)
            found = list(await opened.scalars(statement))
            results = [_shown(kind, row, version) for version in found[:limit]]
        metadata: dict[str, Any] = {"limit": limit, "hasNextPage": len(found) > limit}
        if metadata["hasNextPage"] and results:
            metadata["nextCursor"] = results[-1]["version"]
        return {"results": results, "metadata": metadata}

    async def get(caller: Private, entity_id: str, version: str) -> dict[str, Any]:
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id)
            return _shown(kind, row, await _found(opened, row, version))

    async def label(
        caller: Private, entity_id: str, version: str, request: Request
    ) -> dict[str, Any]:
        labels = _labels(await json_object(request))
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id)
            found = await _found(opened, row, version)
            _name(found, labels)
            return _shown(kind, row, found)

    async def delete(caller: Private, entity_id: str, version: str) -> dict[str, Any]:
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id, lock=True)
            found = await _found(opened, row, version)
            await _refuse_in_use(opened, row, found)
            await opened.delete(found)
            return _shown(kind, row, found)

    router.add_api_route("", listed, methods=["GET"])
    router.add_api_route("/{version}", get, methods=["GET"])
    router.add_api_route("/{version}", label, methods=["PATCH"])
    router.add_api_route("/{version}", delete, methods=["DELETE"])
    return router


def _publish(kind: Kind) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def publish(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
        body = await json_object(request)
        draft_id = body.pop("draftId", None)
        labels = _labels(body)
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id, lock=True)
            if draft_id is not None:
                await drafts.apply(opened, kind, row, str(draft_id))
            published = await _newest(opened, row) if draft_id is not None else None
            published = published or await versions.publish(opened, row)
            _name(published, labels)
            return _shown(kind, row, published)

    return publish


def _restore(kind: Kind) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def restore(caller: Private, entity_id: str, version: str) -> dict[str, Any]:
        async with session(caller.identity) as opened:
            row = await resources.row(opened, kind, entity_id, lock=True)
            found = await _found(opened, row, version)
            body = await versions.body_at(opened, row, version)
            await resources.keep(opened, row, body or {})
            await versions.publish(opened, row, restored_from=found.number)
            return resources.shown(kind, row)

    return restore


def _shown(kind: Kind, row: Resource, version: Version) -> dict[str, Any]:
    before = version.number - 1
    return {
        **masked(versions.whole_at(version)),
        "id": f"{row.id}:{version.label}",
        "version": version.label,
        "versionName": version.name,
        "versionDescription": version.description,
        "orgId": str(row.org_id),
        f"{kind.name}Id": str(row.id),
        "parentVersion": f"v{before}" if before else None,
        "restoredFromVersion": f"v{version.restored_from}" if version.restored_from else None,
        "createdBy": None,
        "createdAt": iso(version.created_at),
    }


def _read(request: Request) -> tuple[int, int | None]:
    """How many versions are asked for, and before which."""
    limit, before = DEFAULT_LIMIT, None
    for name, value in request.query_params.items():
        if name == "limit" and value.removesuffix(".0").isdigit():
            limit = int(float(value))
        elif name in {"cursor", "nextCursor"} and value.removeprefix("v").isdigit():
            before = int(value.removeprefix("v")[:9])
        else:
            raise Invalid([f"property {name[:80]} should not exist"])
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid([f"limit must not be greater than {MAX_LIMIT}"])
    return limit, before


def _labels(body: dict[str, Any]) -> dict[str, Any]:
    problems = check(_LABELS, body, "") or [
        f"{name} must be shorter than or equal to {_MAX_LABEL} characters"
        for name, value in body.items()
        if value is not None and len(value) > _MAX_LABEL
    ]
    if problems:
        raise Invalid(problems)
    return body


def _name(version: Version, labels: dict[str, Any]) -> None:
    if "versionName" in labels:
        version.name = labels["versionName"]
    if "versionDescription" in labels:
        version.description = labels["versionDescription"]


async def _found(opened: AsyncSession, row: Resource, label: str) -> Version:
    found = await versions.find(opened, row.id, label)
    if found is None:
        raise Missing("Version", label)
    return found


async def _newest(opened: AsyncSession, row: Resource) -> Version | None:
    return await versions.find(opened, row.id, str(row.body.get("latestVersion")))


async def _refuse_in_use(opened: AsyncSession, row: Resource, version: Version) -> None:
    if row.body.get("latestVersion") == version.label:
        raise Conflicting(
            {"error": "version_in_use", "message": "The newest version cannot be deleted."}
        )
    pinned = await versions.pins(opened, row, version.label)
    governing = [one for one in pinned if one["sourceType"] == "traffic_allocation"]
    if governing:
        raise Conflicting(
            {
                "error": "version_in_governing_allocation",
                "message": "The traffic allocation in effect uses this version.",
                "governingAllocationId": governing[0]["sourceId"],
            }
        )
    if pinned:
        raise Conflicting(
            {
                "error": "version_pinned",
                "message": "This version is pinned; unpin it first.",
                "pinnedBy": pinned,
            }
        )
