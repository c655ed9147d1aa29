"""`/token`: the organization's keys, as Vapi's dashboard manages them.

The value of a private key is shown once, when it is made; that of a public one, whenever asked.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.security import vault
from allokoli.core.security.api_keys import ApiKey, create_key
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Invalid, Missing, refuse
from allokoli.engine.api.kinds.kind import sdk_type
from allokoli.engine.api.listing import apply, read_listing
from allokoli.engine.api.resources import valid_id
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import check
from allokoli.engine.api.wire import iso

_MAX_KEYS = 200
_KINDS = ("private", "public")

router = APIRouter(tags=["token"])


@router.post("/token", status_code=201)
async def create(caller: Private, request: Request) -> dict[str, Any]:
    body = await json_object(request)
    refuse(_problems(_create(), body))
    async with session(caller.identity) as opened:
        held = await opened.scalar(select(func.count()).select_from(_ours().subquery()))
        if (held or 0) >= _MAX_KEYS:
            raise Invalid(f"An organization has at most {_MAX_KEYS} tokens; delete one first.")
        row, key = await create_key(
            opened,
            caller.org_id,
            body.get("name") or "",
            body.get("tag") or "private",
            body.get("restrictions"),
        )
        await opened.refresh(row)
        return {**_shown(row), "value": key}


@router.get("/token")
async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
    listing = read_listing(request.query_params)
    statement = apply(
        _ours(),
        listing,
        row_id=ApiKey.id,
        created_at=ApiKey.created_at,
        updated_at=ApiKey.updated_at,
    )
    async with session(caller.identity) as opened:
        rows: Sequence[ApiKey] = (await opened.scalars(statement)).all()
    return [_shown(row) for row in rows]


@router.get("/token/{token_id}")
async def get(caller: Private, token_id: str) -> dict[str, Any]:
    async with session(caller.identity) as opened:
        return _shown(await _row(opened, token_id))


@router.patch("/token/{token_id}")
async def update(caller: Private, token_id: str, request: Request) -> dict[str, Any]:
    body = await json_object(request)
    refuse(_problems(_update(), body))
    async with session(caller.identity) as opened:
        row = await _row(opened, token_id)
        if body.get("tag", row.kind) != row.kind:
            raise Invalid(["tag cannot be changed"])
        if "name" in body:
            row.name = body["name"] or ""
        if "restrictions" in body:
            row.restrictions = body["restrictions"]
        row.updated_at = clock.now()
        await opened.flush()
        return _shown(row)


@router.delete("/token/{token_id}")
async def delete(caller: Private, token_id: str) -> dict[str, Any]:
    """Revoked at once, and for the tokens it signed as well."""
    async with session(caller.identity) as opened:
        row = await _row(opened, token_id)
        row.revoked_at = clock.now()
        return _shown(row)


def _ours() -> Any:
    return select(ApiKey).where(ApiKey.revoked_at.is_(None), ApiKey.kind.in_(_KINDS))


async def _row(opened: AsyncSession, token_id: str) -> ApiKey:
    row: ApiKey | None = await opened.scalar(_ours().where(ApiKey.id == valid_id(token_id)))
    if row is None:
        raise Missing("Token", token_id)
    return row


def _shown(row: ApiKey) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(row.id),
        "orgId": str(row.org_id),
        "tag": row.kind,
        "name": row.name,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }
    if row.restrictions is not None:
        shown["restrictions"] = row.restrictions
    if row.kind == "public" and row.key_sealed is not None:
        shown["value"] = vault.unseal(row.key_sealed)
    return shown


@lru_cache(maxsize=1)
def _create() -> Any:
    return sdk_type("CreateTokenDto")


@lru_cache(maxsize=1)
def _update() -> Any:
    return sdk_type("UpdateTokenDto")


def _problems(shape: Any, body: dict[str, Any]) -> list[str]:
    return check(shape, body, "") or limits.check_limits(body, limits.TOKEN)
