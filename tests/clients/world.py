"""What stands around the engine in these tests: a model, a sound, somebody's server."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engines import Tenant
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from allokoli.engine.wav import header

ANSWER = "Très bien, c'est noté."


@dataclass
class World:
    """One tenant's surroundings.

    Attributes:
        tenant: whose keys are used.
        url: of the server that plays every part outside.
        asked: bodies that reached the model.
    """

    tenant: Tenant
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def org_id(self) -> UUID:
        return self.tenant.org_id

    @property
    def sound_url(self) -> str:
        return f"{self.url}/sound.wav"

    def model(self) -> dict[str, Any]:
        """A model that answers `ANSWER`."""
        return {
            "provider": "custom-llm",
            "model": "local",
            "url": f"{self.url}/v1",
            "messages": [{"role": "system", "content": "Sois bref."}],
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        match request.url.path:
            case "/v1/chat/completions":
                response = self._complete(await request.json())
            case "/sound.wav":
                response = Response(header(320, channels=1) + bytes(320), media_type="audio/wav")
            case _:
                response = JSONResponse({"results": []})
        await response(scope, receive, send)

    def _complete(self, body: dict[str, Any]) -> Response:
        self.asked.append(body)
        text = _json_of(body.get("response_format")) or ANSWER
        whole = {"id": "c1", "created": int(time.time()), "model": body["model"]}
        usage = {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}
        if not body.get("stream"):
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return JSONResponse(
                {**whole, "object": "chat.completion", "choices": [choice], "usage": usage}
            )

        def pieces() -> Iterator[str]:
            for delta, reason in (({"role": "assistant", "content": text}, None), ({}, "stop")):
                choice = {"index": 0, "delta": delta, "finish_reason": reason}
                piece = {**whole, "object": "chat.completion.chunk", "choices": [choice]}
                piece |= {"usage": usage} if reason else {}
                yield f"data: {json.dumps(piece)}\n\n"
            yield "data: [DONE]\n\n"

        return StreamingResponse(pieces(), media_type="text/event-stream")


def _json_of(response_format: Any) -> str | None:
    """An answer that follows the schema asked for; None when none was."""
    if not isinstance(response_format, dict) or response_format.get("type") == "text":
        return None
    schema = response_format.get("json_schema", {}).get("schema", {"type": "object"})
    return json.dumps(_example(schema))


def _example(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: _example(one) for name, one in schema.get("properties", {}).items()}
        case "array":
            return [_example(schema["items"])] if "items" in schema else []
        case "boolean":
            return True
        case "number" | "integer":
            return 4
        case _:
            return "Claire"
