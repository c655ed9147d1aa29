"""`/chat` and `/session`, as Vapi answers them; `/chat/responses` as OpenAI does."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from allokoli.engine.api import crud
from allokoli.engine.api.auth import Anyone, Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.kinds import CHAT, SESSION
from allokoli.engine.chats import service, sessions, web
from allokoli.engine.chats.responses import read_request, response_events, response_of
from allokoli.engine.chats.streaming import chat_events, event_stream
from allokoli.engine.chats.turns import Turn

router = APIRouter()
_CREATED = 201


@router.post("/chat", tags=["chat"], status_code=_CREATED, response_model=None)
async def chat(caller: Private, request: Request) -> Response:
    body = await json_object(request)
    turn = Turn(caller.identity, body)
    await turn.begin()
    if body.get("stream"):
        return event_stream(chat_events(turn))
    return JSONResponse(await turn.finished(), _CREATED)


@router.post("/chat/responses", tags=["chat"], status_code=_CREATED, response_model=None)
async def responses(caller: Private, request: Request) -> Response:
    body = read_request(await json_object(request))
    turn = Turn(caller.identity, body)
    await turn.begin()
    if body.get("stream", True):
        return event_stream(response_events(turn))
    await turn.finished()
    return JSONResponse(response_of(turn), _CREATED)


@router.post("/chat/web", tags=["chat"], status_code=_CREATED, response_model=None)
async def web_chat(caller: Anyone, request: Request) -> Response:
    body = await json_object(request)
    turn = await web.begin(caller, body)
    if body.get("stream"):
        return event_stream(web.web_events(turn))
    await turn.finished()
    return JSONResponse(web.web_chat(turn), _CREATED)


@router.post("/chat/web/responses", tags=["chat"], status_code=_CREATED, response_model=None)
async def web_responses(caller: Anyone, request: Request) -> Response:
    body = read_request(await json_object(request))
    turn = await web.begin(caller, body)
    if body.get("stream", True):
        return event_stream(response_events(turn))
    await turn.finished()
    return JSONResponse(response_of(turn), _CREATED)


@router.get("/chat", tags=["chat"])
async def chats(caller: Private, request: Request) -> dict[str, Any]:
    return await service.listed(caller.identity, crud.read(CHAT, request))


@router.get("/chat/{chat_id}", tags=["chat"])
async def get_chat(caller: Private, chat_id: str) -> dict[str, Any]:
    return await service.get(caller.identity, chat_id)


@router.delete("/chat/{chat_id}", tags=["chat"])
async def delete_chat(caller: Private, chat_id: str) -> dict[str, Any]:
    return await service.delete(caller.identity, chat_id)


@router.post("/session", tags=["session"], status_code=_CREATED)
async def create_session(caller: Private, request: Request) -> dict[str, Any]:
    return await sessions.create(caller.identity, await json_object(request))


@router.get("/session", tags=["session"])
async def list_sessions(caller: Private, request: Request) -> dict[str, Any]:
    return await sessions.listed(caller.identity, crud.read(SESSION, request))


@router.get("/session/{session_id}", tags=["session"])
async def get_session(caller: Private, session_id: str) -> dict[str, Any]:
    return await sessions.get(caller.identity, session_id)


@router.patch("/session/{session_id}", tags=["session"])
async def update_session(caller: Private, session_id: str, request: Request) -> dict[str, Any]:
    return await sessions.update(caller.identity, session_id, await json_object(request))


@router.delete("/session/{session_id}", tags=["session"])
async def delete_session(caller: Private, session_id: str) -> dict[str, Any]:
    return await sessions.delete(caller.identity, session_id)
