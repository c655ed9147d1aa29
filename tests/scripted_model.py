"""A model behind OpenAI's protocol on a local port, which answers as it is told."""

import asyncio
import contextlib
import json
import re
from typing import Any

from serving import free_port, serve
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse


class ScriptedModel:
    """Each request takes the next step of the script; when there is none, it says "D'accord.".

    A step is the words to say, a dictionary, or one of: "refuse" (HTTP 400, from then on), "break"
    (some words, then the connection closes), "hold" (some words, the rest once `release` is set).
    A dictionary is `{"tool": name, "arguments": {…}}`, `{"status": 500}`, `{"reply": {…}}` for an
    answer that is not streamed, or `{"say": words, "then": what}`, where what is "break" or "hang"
    (nothing more comes, until `release` is set).
    """

    def __init__(self) -> None:
        self.url = ""
        self.script: list[Any] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.release = asyncio.Event()
        self.held = asyncio.Event()
        self.running = 0
        self.most_running = 0

    def assistant(self, **fields: Any) -> dict[str, Any]:
        """A transient assistant that this model speaks for."""
        model = {"provider": "custom-llm", "url": self.url, "model": "scripted"}
        model |= fields.pop("model", {})
        return {"name": "Essai", "model": model, **fields}

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        step = self.script.pop(0) if self.script else "D'accord."
        if step == "refuse":
            await JSONResponse({"error": {"message": "no"}}, 400)(scope, receive, send)
            self.script.insert(0, step)
            return
        if isinstance(step, dict) and "status" in step:
            error = {"error": {"message": "down"}}
            await JSONResponse(error, step["status"])(scope, receive, send)
            return
        if not self.requests[-1].get("stream"):
            if step == "hold":
                await self.release.wait()
            await self._whole(step)(scope, receive, send)
            return
        response = StreamingResponse(self._stream(step), media_type="text/event-stream")
        with contextlib.suppress(ConnectionError):
            await response(scope, receive, send)

    @staticmethod
    def _whole(step: Any) -> JSONResponse:
        """An answer that is not streamed; one that is held never comes."""
        if isinstance(step, dict) and "reply" in step:
            step = json.dumps(step["reply"], ensure_ascii=False)
        message = {"role": "assistant", "content": step if isinstance(step, str) else ""}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return JSONResponse({"id": "x", "object": "chat.completion", "choices": [choice]})

    async def _stream(self, step: Any):
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            if step == "hold":
                self.held.set()
                yield _chunk({"role": "assistant", "content": "Un instant"})
                await self.release.wait()
                step = ", voilà."
            if isinstance(step, dict) and "say" in step:
                for word in re.findall(r"\s*\S+\s*", step["say"]):
                    yield _chunk({"role": "assistant", "content": word})
                if step["then"] == "break":
                    raise ConnectionError
                await self.release.wait()
            elif isinstance(step, dict):
                call = {
                    "index": 0,
                    "id": f"call_{len(self.requests)}",
                    "type": "function",
                    "function": {
                        "name": step["tool"],
                        "arguments": json.dumps(step.get("arguments", {})),
                    },
                }
                yield _chunk({"role": "assistant", "tool_calls": [call]})
                yield _chunk({}, "tool_calls")
            elif step == "break":
                yield _chunk({"role": "assistant", "content": "Je commence"})
                raise ConnectionError
            else:
                for word in re.findall(r"\s*\S+", step):
                    yield _chunk({"role": "assistant", "content": word})
                yield _chunk({}, "stop")
            usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
            yield f"data: {json.dumps({'id': 'x', 'choices': [], 'usage': usage})}\n\n"
            yield "data: [DONE]\n\n"
        finally:
            self.running -= 1


@contextlib.asynccontextmanager
async def scripted_model():
    """One, answering on a port."""
    made = ScriptedModel()
    port = free_port()
    made.url = f"http://127.0.0.1:{port}/v1"
    async with serve(made, port, lifespan="off"):
        yield made
        made.release.set()


def _chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "x", "object": "chat.completion.chunk", "model": "scripted", "choices": [choice]}
    return f"data: {json.dumps(told)}\n\n"
