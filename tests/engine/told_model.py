"""A language model that answers what it is told to, the last answer for ever."""

import contextlib
import json

import pytest
from serving import on_a_port
from starlette.requests import Request
from starlette.responses import Response


class Model:
    """Each answer is words, or a function to call: its name and its arguments."""

    def __init__(self, *answers: str | tuple[str, dict]) -> None:
        self.answers = list(answers)
        self.asked: list[dict] = []

    async def __call__(self, scope, receive, send) -> None:
        self.asked.append(await Request(scope, receive).json())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        delta: dict = {"role": "assistant"}
        if isinstance(answer, str):
            delta["content"] = answer
        else:
            name, arguments = answer
            function = {"name": name, "arguments": json.dumps(arguments)}
            call = {"index": 0, "id": "call_1", "type": "function", "function": function}
            delta["tool_calls"] = [call]
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        body = {**chunk, "choices": [{"index": 0, "delta": delta}]}
        text = f"data: {json.dumps(body)}\n\ndata: [DONE]\n\n"
        await Response(text, media_type="text/event-stream")(scope, receive, send)


@pytest.fixture
async def model_of():
    """Serve a model; gives Vapi's settings of it."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(model: Model) -> dict:
            url = await stack.enter_async_context(on_a_port(model, "/v1"))
            return {"provider": "custom-llm", "model": "m", "url": url}

        yield make
