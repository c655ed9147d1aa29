"""The guided model as an OpenAI-compatible endpoint: no key, no state, no network.

Everything it needs comes with the request: the blueprint in `metadata.blueprint`, the moment to
count dates from in `call.createdAt`, the caller's turns and what functions answered in `messages`,
the functions themselves in `tools`. Any voice platform that knows `custom-llm` can use it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
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
from allokoli.blueprint.agenda_tools import AGENDA_TOOLS
from allokoli.blueprint.guided import reply
from allokoli.core import clock
from allokoli.dialogue import Reply
from allokoli.engine.models.guided_analysis import analyse
from allokoli.engine.models.guided_functions import (
    Functions,
    call_of,
    known_results,
    names_asked,
    offered,
)
from allokoli.engine.models.guided_limits import Refused, admit, user_turns

MODEL = "guided"
_ANALYSIS = "analysis"
_TRANSFER = "transfer"
# Far from where dates begin and end, so that any day can be counted from the call's.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said, and the functions called after it."""

    text: str
    calls: tuple[dict[str, Any], ...] = ()


async def chat_completions(request: Request) -> Response:
    """`POST /guided/v1/chat/completions`, streaming or not."""
    try:
        admit(request)
        body = _object(await request.body())
        answer = await _answer(body)
    except Refused as refused:
        error = {"message": str(refused), "type": "invalid_request_error", "code": refused.code}
        return JSONResponse({"error": error}, refused.status)
    head = {
        "id": f"chatcmpl-{uuid4().hex}",
        "created": int(clock.now().timestamp()),
        "model": MODEL,
    }
    usage = _usage(body, answer.text)
    if body.get("stream") is True:
        return StreamingResponse(_events(head, answer, usage), media_type="text/event-stream")
    return JSONResponse(_completion(head, answer, usage))


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


async def _answer(body: dict[str, Any]) -> _Answer:
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    blueprint = _blueprint(metadata.get("blueprint"))
    messages = body.get("messages")
    turns, known = user_turns(messages), known_results(messages)
    moment = _moment(body.get("call"), blueprint.timezone)
    functions = offered(body.get("tools"))
    if metadata.get("task") == _ANALYSIS:
        had = metadata.get("tools")
        tools = AGENDA_TOOLS.intersection(map(str, had if isinstance(had, list) else ()))
        tools |= names_asked(messages)
        analysis = await asyncio.to_thread(analyse, blueprint, turns, moment, tools, known)
        return _Answer(json.dumps(analysis, ensure_ascii=False))
    said = await asyncio.to_thread(
        reply, blueprint, turns, moment, tools=functions.lookups, known=known
    )
    return _Answer(said.text, tuple(_calls(said, functions)))


def _calls(said: Reply, functions: Functions) -> Iterator[dict[str, Any]]:
    """The function that a reply asks for: to look up, else to put through, else to hang up."""
    if said.lookup is not None:
        yield call_of(said.lookup.name, said.lookup.arguments)
    elif said.action == _TRANSFER and functions.transfer_call is not None:
        yield call_of(*functions.transfer_call)
    elif said.ended and functions.end_call is not None:
        yield call_of(functions.end_call, {})


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
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        moment = clock.now()
    if moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(ZoneInfo(timezone))


def _completion(head: dict[str, Any], answer: _Answer, usage: dict[str, int]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text}
    if answer.calls:
        message["tool_calls"] = list(answer.calls)
    finish = _finish(answer)
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": usage}


async def _events(
    head: dict[str, Any], answer: _Answer, usage: dict[str, int]
) -> AsyncIterator[str]:
    yield _chunk(head, {"role": "assistant", "content": answer.text})
    if answer.calls:
        calls = [{"index": index, **one} for index, one in enumerate(answer.calls)]
        yield _chunk(head, {"tool_calls": calls})
    yield _chunk(head, {}, finish=_finish(answer), usage=usage)
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


def _finish(answer: _Answer) -> str:
    return "tool_calls" if answer.calls else "stop"


def _usage(body: dict[str, Any], answer: str) -> dict[str, int]:
    """Words, which stand for tokens here: the guided model has none."""
    prompt = sum(len(turn.split()) for turn in user_turns(body.get("messages")))
    said = len(answer.split())
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}
