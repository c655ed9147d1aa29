"""The guided model as an OpenAI-compatible endpoint: no key, no state, no network.

Everything it needs comes with the request: the blueprint in `metadata.blueprint`, the moment to
count dates from in `call.createdAt`, the caller's turns in `messages`. Any voice platform that
knows `custom-llm` can use it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx2
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from allokoli.blueprint import Blueprint
from allokoli.blueprint.guided import reply
from allokoli.core import clock
from allokoli.engine.models.guided_analysis import analyse
from allokoli.engine.models.guided_limits import Refused, admit, user_turns

MODEL = "guided"
_ANALYSIS = "analysis"


async def chat_completions(request: Request) -> Response:
    """`POST /guided/v1/chat/completions`, streaming or not."""
    try:
        admit(request)
        body = _object(await request.body())
        answer, ended = await _answer(body)
    except Refused as refused:
        error = {"message": str(refused), "type": "invalid_request_error", "code": refused.code}
        return JSONResponse({"error": error}, refused.status)
    tool = _end_call_function(body.get("tools")) if ended else None
    head = {
        "id": f"chatcmpl-{uuid4().hex}",
        "created": int(clock.now().timestamp()),
        "model": MODEL,
    }
    usage = _usage(body, answer)
    if body.get("stream") is True:
        pieces = _events(head, answer, tool, usage)
        return StreamingResponse(pieces, media_type="text/event-stream")
    return JSONResponse(_completion(head, answer, tool, usage))


async def models(_request: Request) -> Response:
    """`GET /guided/v1/models`."""
    model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "allokoli"}
    return JSONResponse({"object": "list", "data": [model]})


ROUTES = [
    Route("/guided/v1/chat/completions", chat_completions, methods=["POST"]),
    Route("/guided/v1/models", models, methods=["GET"]),
]


@lru_cache(maxsize=1)
def guided_transport() -> httpx2.AsyncBaseTransport:
    """Carries requests to the guided model of this very process."""
    return httpx2.ASGITransport(app=Starlette(routes=ROUTES), client=("in-process", 0))


async def _answer(body: dict[str, Any]) -> tuple[str, bool]:
    """What to say, and whether the conversation is over."""
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    blueprint = _blueprint(metadata.get("blueprint"))
    turns = user_turns(body.get("messages"))
    moment = _moment(body.get("call"), blueprint.timezone)
    if metadata.get("task") == _ANALYSIS:
        analysis = await asyncio.to_thread(analyse, blueprint, turns, moment)
        return json.dumps(analysis, ensure_ascii=False), False
    said = await asyncio.to_thread(reply, blueprint, turns, moment)
    return said.text, said.ended


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("The request's body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The request's body must be a JSON object.")
    return body


def _blueprint(given: Any) -> Blueprint:
    if not isinstance(given, dict):
        raise Refused(
            "metadata.blueprint is missing: the guided model answers from the blueprint of the "
            "assistant, which Vapi sends with metadataSendMode 'variable'."
        )
    try:
        return Blueprint.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"metadata.blueprint.{where}: {first['msg']}") from None


def _moment(call: Any, timezone: str) -> datetime:
    """When the call began, on the clock of the people in it."""
    given = call.get("createdAt") if isinstance(call, dict) else None
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else clock.now()
    except ValueError:
        moment = clock.now()
    if moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(ZoneInfo(timezone))


def _end_call_function(tools: Any) -> str | None:
    """The function that hangs up, under whichever of its names the platform offers it."""
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(name, str) and name.replace("_", "").lower().startswith("endcall"):
            return name
    return None


def _completion(
    head: dict[str, Any], answer: str, tool: str | None, usage: dict[str, int]
) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer}
    if tool:
        message["tool_calls"] = [_tool_call(tool)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(tool), "logprobs": None}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": usage}


async def _events(
    head: dict[str, Any], answer: str, tool: str | None, usage: dict[str, int]
) -> AsyncIterator[str]:
    yield _chunk(head, {"role": "assistant", "content": answer})
    if tool:
        yield _chunk(head, {"tool_calls": [{"index": 0, **_tool_call(tool)}]})
    yield _chunk(head, {}, finish=_finish(tool), usage=usage)
    yield "data: [DONE]\n\n"


def _chunk(
    head: dict[str, Any],
    delta: dict[str, Any],
    *,
    finish: str | None = None,
    usage: dict[str, int] | None = None,
) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {**head, "object": "chat.completion.chunk", "choices": [choice]}
    if usage:
        body["usage"] = usage
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _tool_call(name: str) -> dict[str, Any]:
    function = {"name": name, "arguments": "{}"}
    return {"id": f"call_{uuid4().hex[:24]}", "type": "function", "function": function}


def _finish(tool: str | None) -> str:
    return "tool_calls" if tool else "stop"


def _usage(body: dict[str, Any], answer: str) -> dict[str, int]:
    """Words, which stand for tokens here: the guided model has none."""
    prompt = sum(len(turn.split()) for turn in user_turns(body.get("messages")))
    said = len(answer.split())
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}
