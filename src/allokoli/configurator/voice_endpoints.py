"""AlloKoliConfig by voice: starting a call, and the model that answers in it."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from allokoli.configurator import voice
from allokoli.configurator.voice_assistant import MODEL, TOKEN_HEADER
from allokoli.core.errors import InvalidInput
from allokoli.core.http import machine_of
from allokoli.platform.access import MaybeCaller
from allokoli.platform.clean_text import cleaned
from allokoli.vapi import chat_completions

router = APIRouter(prefix="/configurator/sessions", tags=["configurator"])

TokenHeader = Annotated[str, Header(alias=TOKEN_HEADER)]
AuthorizationHeader = Annotated[str, Header(alias="authorization")]


@router.post("/{session_id}/calls", status_code=201)
async def start(request: Request, session_id: UUID, caller: MaybeCaller) -> voice.VoiceCall:
    """Go on with a conversation by voice; no account is needed."""
    return await voice.start(caller, session_id, machine=machine_of(request))


@router.post("/{session_id}/v1/chat/completions", include_in_schema=False)
async def complete(
    request: Request,
    session_id: UUID,
    token: TokenHeader = "",
    authorization: AuthorizationHeader = "",
) -> Response:
    """What AlloKoliConfig answers in a call, as an OpenAI-compatible model, streaming or not."""
    body = cleaned(_object(await request.body()))
    bearer = authorization.removeprefix("Bearer ").strip()
    turns = chat_completions.user_turns(body.get("messages"), longest=voice.LONGEST_TURN)
    said = await voice.answer(token or bearer, session_id, turns)
    tool = chat_completions.end_call_function(body.get("tools")) if said.ended else None
    if body.get("stream") is True:
        pieces = chat_completions.events(MODEL, said.reply, tool)
        return StreamingResponse(pieces, media_type="text/event-stream")
    return JSONResponse(chat_completions.completion(MODEL, said.reply, tool))


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidInput("Certaines informations ne sont pas valables.") from None
    if not isinstance(body, dict):
        raise InvalidInput("Certaines informations ne sont pas valables.")
    return body
