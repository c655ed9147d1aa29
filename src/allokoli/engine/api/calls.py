"""`/call`: what can be done with calls."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import Private, any_caller
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import BadKey, Invalid, Missing, WrongKey
from allokoli.engine.api.listing import Listing, read_listing
from allokoli.engine.api.resources import valid_id
from allokoli.engine.calls import control, deleting, links, placing, repository, text_calls
from allokoli.engine.calls.shown import monitored, shown
from allokoli.engine.calls.switchboard import Switchboard

_FILTERS = frozenset({"assistantId", "phoneNumberId", "id"})
_MANY = frozenset(repository.FILTERS) | {f"{name}Any" for name in repository.FILTERS}
_MAX_NAME = 40

router = APIRouter(tags=["call"])


def switchboard(request: Request) -> Switchboard:
    """A dependency: the calls of this process."""
    found: Switchboard = request.app.state.switchboard
    return found


Board = Annotated[Switchboard, Depends(switchboard)]


async def create_call(
    identity: Identity, body: dict[str, Any], board: Switchboard
) -> dict[str, Any]:
    """Start the call a body asks for; see `placing.place`."""
    return await placing.place(identity, body, board.news)


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
@router.post("/call/phone", status_code=201)
async def create(caller: Private, request: Request, board: Board) -> dict[str, Any]:
    return await create_call(caller.identity, await json_object(request), board)


@router.get("/call")
async def listed(caller: Private, request: Request) -> list[dict[str, Any]]:
    return await list_calls(caller.identity, read_listing(request.query_params, _FILTERS))


@router.get("/v2/call")
async def page(caller: Private, request: Request) -> dict[str, Any]:
    """The same calls in pages, by more properties."""
    listing = read_listing(request.query_params, _MANY, paged=True, sorts=("createdAt",))
    async with session(caller.identity) as opened:
        total = await repository.counted(opened, listing)
    results = await list_calls(caller.identity, listing)
    return {"results": results, "metadata": listing.metadata(total)}


@router.delete("/call")
async def delete_many(caller: Private, request: Request, board: Board) -> dict[str, Any]:
    """Delete the calls of `ids`; those that cannot be are told of."""
    body = await json_object(request)
    return await _delete_many(caller.identity, _ids(body, required=True), board)


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
async def delete(caller: Private, call_id: str, request: Request, board: Board) -> dict[str, Any]:
    """Delete a call; with `ids` in the body, those instead, as Vapi does."""
    ids = _ids(await json_object(request))
    if ids:
        return await _delete_many(caller.identity, ids, board)
    deleted = await get_call(caller.identity, call_id)
    wanted = UUID(deleted["id"])
    await deleting.delete(caller.identity, wanted, board.news)
    try:
        return await get_call(caller.identity, call_id)
    except Missing:
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
    """Live control: the link itself is the permission, unless the call's plan asks for a key."""
    wanted = valid_id(call_id)
    identity = await _controller(request, wanted)
    checked = control.checked(await json_object(request))
    await board.order(identity, wanted, checked)
    return {"status": "accepted"}


async def _controller(request: Request, call_id: UUID) -> Identity:
    """Who gives orders to a call.

    Raises:
        BadKey: the link is not valid, or the call's plan asks for a key instead.
        WrongKey: the call takes no orders, or not from this key.
    """
    token = request.query_params.get("token")
    scope = "link"
    if token is not None:
        identity = Identity("api_key", links.organization(token, links.CONTROL, call_id))
    else:
        caller = await any_caller(request)
        identity, scope = caller.identity, caller.scope
    async with session(identity) as opened:
        enabled, needs_key = monitored(await repository.find(opened, call_id), "control")
    if needs_key and scope == "link":
        raise BadKey("Missing bearer token. Send 'Authorization: Bearer <public key>'.")
    if scope == "web_call" or (scope == "public" and not needs_key):
        raise WrongKey("A public key can only start web calls (POST /call/web).")
    if not enabled:
        raise WrongKey("This call takes no orders: monitorPlan.controlEnabled is false.")
    return identity


def _ids(body: dict[str, Any], *, required: bool = False) -> list[str]:
    problems = [f"property {name[:80]} should not exist" for name in body if name != "ids"]
    ids = body.get("ids") or []
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        problems.append("each value in ids must be a string")
    elif len(ids) > deleting.MOST_AT_ONCE:
        problems.append(f"ids must contain no more than {deleting.MOST_AT_ONCE} elements")
    elif required and not ids:
        problems.append("ids should not be empty")
    if problems:
        raise Invalid(problems)
    return ids


async def _delete_many(identity: Identity, ids: list[str], board: Switchboard) -> dict[str, Any]:
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for call_id in dict.fromkeys(ids):
        try:
            deleted = await get_call(identity, call_id)
            await deleting.delete(identity, UUID(deleted["id"]), board.news)
            results.append(deleted)
        except (Invalid, Missing) as error:
            errors.append({"id": call_id[:80], "error": str(error)})
    first = results[0] if results else {}
    return {**first, "results": results, "errors": errors}
