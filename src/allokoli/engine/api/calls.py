"""`/call`: what can be done with calls."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from allokoli.core import storage
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import Caller, Private, private_caller
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import call_problems
from allokoli.engine.api.listing import Listing, read_listing
from allokoli.engine.api.resources import valid_id
from allokoli.engine.calls import control, links, repository, text_calls
from allokoli.engine.calls.models import ENDED, TEXT, WEB
from allokoli.engine.calls.shown import shown
from allokoli.engine.calls.switchboard import Switchboard

_FILTERS = frozenset({"assistantId", "phoneNumberId", "id"})
_MAX_NAME = 40
_NO_CARRIER = (
    "This engine has no carrier connected, so it cannot place phone calls. Use POST /call/web, or "
    'POST /call with transport {"provider": "text"}.'
)

router = APIRouter(tags=["call"])


def switchboard(request: Request) -> Switchboard:
    """A dependency: the calls of this process."""
    found: Switchboard = request.app.state.switchboard
    return found


Board = Annotated[Switchboard, Depends(switchboard)]


async def create_call(
    identity: Identity, body: dict[str, Any], board: Switchboard
) -> dict[str, Any]:
    """Start the call a body asks for.

    Raises:
        Invalid: what it asks cannot be done, and why.
    """
    transport = body.get("transport")
    provider = transport.get("provider") if isinstance(transport, dict) else None
    if provider == TEXT:
        return await get_call(identity, str(await text_calls.start(identity, body, board.news)))
    if provider is not None and provider != WEB:
        raise Invalid([f"transport.provider must be one of the following values: {TEXT}"])
    raise Invalid(_phone_problems(body))


def _phone_problems(body: dict[str, Any]) -> list[str]:
    """Why a phone call cannot be placed, the caller's own mistakes first."""
    problems = call_problems(body)
    if not problems and not any(body.get(name) for name in ("customer", "customerId", "customers")):
        problems = ["customer, customers or transport should not be empty"]
    if not problems and not (body.get("phoneNumberId") or body.get("phoneNumber")):
        problems = ["phoneNumberId or phoneNumber should not be empty for a phone call"]
    return problems or [_NO_CARRIER]


async def list_calls(identity: Identity, listing: Listing) -> list[dict[str, Any]]:
    """The organization's calls, newest first, whole."""
    async with session(identity) as opened:
        calls = await repository.listed(opened, listing)
        messages = await repository.messages_of(opened, [call.id for call in calls])
    return [shown(call, messages[call.id]) for call in calls]


async def get_call(identity: Identity, call_id: str) -> dict[str, Any]:
    """One call, whole.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    wanted = valid_id(call_id)
    async with session(identity) as opened:
        call = await repository.find(opened, wanted)
        messages = await repository.messages_of(opened, [wanted])
    return shown(call, messages[wanted])


@router.post("/call", status_code=201)
async def create(caller: Private, request: Request, board: Board) -> dict[str, Any]:
    return await create_call(caller.identity, await json_object(request), board)


@router.get("/call")
async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
    return await list_calls(caller.identity, read_listing(request.query_params, _FILTERS))


@router.get("/call/{call_id}")
async def get(caller: Private, call_id: str) -> dict[str, Any]:
    return await get_call(caller.identity, call_id)


@router.patch("/call/{call_id}")
async def rename(caller: Private, call_id: str, request: Request) -> dict[str, Any]:
    body = await json_object(request)
    problems = [f"property {name[:80]} should not exist" for name in body if name != "name"]
    name = body.get("name")
    if name is not None and not isinstance(name, str):
        problems.append("name must be a string")
    elif name is not None and len(name) > _MAX_NAME:
        problems.append(f"name must be shorter than or equal to {_MAX_NAME} characters")
    if problems:
        raise Invalid(problems)
    async with session(caller.identity) as opened:
        call = await repository.find(opened, valid_id(call_id), lock=True)
        if "name" in body:
            call.name = name
    return await get_call(caller.identity, call_id)


@router.delete("/call/{call_id}")
async def delete(caller: Private, call_id: str) -> dict[str, Any]:
    deleted = await get_call(caller.identity, call_id)
    async with session(caller.identity) as opened:
        call = await repository.find(opened, UUID(deleted["id"]), lock=True)
        if call.status != ENDED:
            raise Invalid("This call is still running; end it before deleting it.")
        await opened.delete(call)
    if call.recording_key:
        await storage.delete(call.recording_key)
    return deleted


@router.post("/call/{call_id}/message", status_code=201)
async def say(caller: Private, call_id: str, request: Request, board: Board) -> dict[str, Any]:
    """Our extension: the caller's next words in a text call; empty ones are a silence."""
    body = await json_object(request)
    problems = [f"property {name[:80]} should not exist" for name in body if name != "content"]
    content = body.get("content")
    if not isinstance(content, str):
        problems.append("content must be a string")
    if problems or not isinstance(content, str):
        raise Invalid(problems)
    reply = await text_calls.hear(caller.identity, valid_id(call_id), content, board.news)
    return {
        "message": {"role": "user", "message": content},
        "reply": {"content": reply.content, "ended": reply.ended},
    }


@router.post("/call/{call_id}/control")
async def order(call_id: str, request: Request, board: Board) -> dict[str, Any]:
    """Live control: the link itself is the permission; a private key does as well."""
    wanted = valid_id(call_id)
    token = request.query_params.get("token")
    if token is not None:
        identity = Identity("api_key", links.organization(token, links.CONTROL, wanted))
    else:
        caller: Caller = await private_caller(request)
        identity = caller.identity
    checked = control.checked(await json_object(request))
    await board.order(identity, wanted, checked)
    return {"status": "accepted"}
