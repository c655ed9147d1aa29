"""The whole way over real HTTP: a model behind OpenAI's protocol, a tool server, a squad."""

import json
import socket

import pytest
from scripted_talk import Engine, Talk, assistant, function
from serving import serve
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from allokoli.engine.conversation.events import ToolAnswered
from allokoli.engine.models.openai_compatible import ModelSettings, OpenAICompatible


class Provider:
    """Streams what it is told to, in pieces, as OpenAI's protocol does."""

    def __init__(self) -> None:
        self.deltas: list[list[dict]] = []
        self.asked: list[dict] = []
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._answer, methods=["POST"])])

    async def _answer(self, request):
        self.asked.append(await request.json())
        deltas = self.deltas.pop(0)

        async def pieces():
            for delta in deltas:
                choice = {"index": 0, "delta": delta, "finish_reason": None}
                chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
                yield f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\n"
            yield "data: [DONE]\n\n"

        return StreamingResponse(pieces(), media_type="text/event-stream")


@pytest.fixture
async def provider():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    made = Provider()
    async with serve(made.app, port, lifespan="off") as running:
        made.settings = ModelSettings(url=f"http://127.0.0.1:{port}/v1", model="m")
        yield made
        running.force_exit = True


def part(index, name=None, arguments=None, id_=None):
    function_ = {"name": name, "arguments": arguments}
    call = {"index": index, "id": id_, "type": "function", "function": function_}
    return {"tool_calls": [call]}


async def test_calls_that_come_in_pieces_are_run_and_answered(provider, tool_server):
    provider.deltas = [
        [{"role": "assistant", "content": "Je "}, {"content": "regarde."},
         part(0, "book", "", "c1"), part(0, None, '{"day": "lu'), part(0, None, 'ndi"}'),
         part(1, "book", '{"day": "mardi"}', "c2")],
        [{"role": "assistant", "content": "C'est fait."}],
    ]  # fmt: skip
    engine = Engine({"Ada": OpenAICompatible(provider.settings)})
    tool = function("book", server={"url": tool_server.url("kind")})
    talk = Talk(assistant("Ada", tool), engine)
    reply = await talk.hear("Réservez")
    assert reply.text == "Je regarde. C'est fait."
    assert sum(isinstance(one, ToolAnswered) for one in reply.events) == 2
    days = [one["message"]["toolCallList"][0]["parameters"]["day"] for one in tool_server.received]
    assert sorted(days) == ["lundi", "mardi"]
    sent = provider.asked[1]["messages"]
    assert [one["role"] for one in sent] == ["system", "user", "assistant", "tool", "tool"]
    assert [one["id"] for one in sent[2]["tool_calls"]] == ["c1", "c2"]
    assert [one["tool_call_id"] for one in sent[3:]] == ["c1", "c2"]
    await talk.now.aclose()
