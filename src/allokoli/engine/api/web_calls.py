"""Calls from a browser: one request starts them, one exchange of WebRTC descriptions connects."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import Anyone, allow_start
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.calls import Board
from allokoli.engine.api.errors import BadKey, Invalid
from allokoli.engine.api.resources import valid_id
from allokoli.engine.calls import links, starting
from allokoli.engine.calls.models import WEB
from allokoli.engine.calls.shown import shown, shown_to_browser

router = APIRouter(tags=["call"])


@router.post("/call/web", status_code=201)
async def create(caller: Anyone, request: Request) -> dict[str, Any]:
    """Start a web call; a public key is enough."""
    body = await json_object(request)
    allow_start(caller, body)
    async with session(caller.identity) as opened:
        call = await starting.create_row(
            opened, caller.identity, body, WEB, stranger=caller.scope != "private"
        )
    offered = shown_to_browser(call)
    if caller.scope == "private":
        return {**shown(call, []), "webCallUrl": offered["webCallUrl"]}
    return offered


@router.post("/call/{call_id}/offer")
async def offer(call_id: str, request: Request, board: Board) -> dict[str, str]:
    """Take a browser's WebRTC offer and return the answer; the link carries the permission."""
    wanted = valid_id(call_id)
    token = request.query_params.get("token")
    if token is None:
        raise BadKey("This link carries no token.")
    org_id = links.organization(token, links.OFFER, wanted)
    body = await json_object(request)
    sdp, kind = body.get("sdp"), body.get("type")
    if not isinstance(sdp, str) or not isinstance(kind, str):
        raise Invalid(["sdp must be a string", "type must be a string"])
    return await board.answer(Identity.job(org_id), wanted, sdp, kind)
