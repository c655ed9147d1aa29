"""Language models in a call: any OpenAI-compatible server, and the guided one."""

import asyncio
import json

import httpx
import httpx2
import psycopg
import pytest
from mario import MARIO
from openai import AsyncOpenAI
from serving import free_port, serve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from allokoli.core import database
from allokoli.core.settings import get_settings
from allokoli.engine.models import guided_limits, network, providers


class ModelServer:
    """An OpenAI-compatible server that does what its `mood` says."""

    def __init__(self) -> None:
        self.url = ""
        self.mood = "fine"
        self.requests: list[dict] = []

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        body = await request.json()
        self.requests.append({**body, "headers": dict(request.headers)})
        await self._answer(body)(scope, receive, send)

    def _answer(self, body) -> Response:
        last = body["messages"][-1]["content"]
        if self.mood in {"refusing", "once refusing"}:
            self.mood = "refusing" if self.mood == "refusing" else "fine"
            return JSONResponse({"error": {"message": "busy"}}, 503)
        if self.mood == "nonsense":
            return Response("<html>", media_type="text/event-stream")
        words = {
            "fine": lambda: _events("Vous avez dit : ", last),
            "mute": _events,
            "breaking": _broken,
            "hanging": _never,
            "leaving": lambda: _events(end=True),
        }
        return StreamingResponse(words[self.mood](), media_type="text/event-stream")


def _chunk(delta, finish=None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return f"data: {json.dumps({**body, 'choices': [choice]})}\n\n"


async def _events(*words, end=False):
    for word in words:
        yield _chunk({"content": word})
    if end:
        for piece in ({"name": "end", "arguments": ""}, {"name": "Call", "arguments": "{}"}):
            yield _chunk({"tool_calls": [{"index": 0, "id": "c", "function": piece}]})
    yield _chunk({}, "stop")
    yield "data: [DONE]\n\n"


async def _broken():
    yield _chunk({"content": "Un instant"})
    raise ConnectionError


async def _never():
    await asyncio.Event().wait()
    yield ""


@pytest.fixture
async def model():
    made = ModelServer()
    port = free_port()
    made.url = f"http://127.0.0.1:{port}/v1"
    async with serve(made, port, lifespan="off") as server:
        yield made
        server.force_exit = True


@pytest.fixture
def talk(tenant, model):
    """Start a text call with an assistant and say something: the reply and the call."""

    async def run(words: str, *, overrides=None, **assistant):
        settings = {
            "provider": "custom-llm",
            "url": model.url,
            "model": "m",
            "timeoutSeconds": 1 if model.mood == "hanging" else 20,
            "headers": {"authorization": "Bearer owner-key"},
            "messages": [{"role": "system", "content": "Vous parlez à {{prenom}}."}],
            "tools": [{"type": "endCall"}],
        }
        body = {
            "assistant": {"firstMessage": "Bonjour {{prenom}} !", "model": settings, **assistant},
            "assistantOverrides": {"variableValues": {"prenom": "Ada"}, **(overrides or {})},
            "transport": {"provider": "text"},
        }
        async with httpx.AsyncClient(
            base_url=tenant.base_url, headers=tenant.headers, timeout=60
        ) as http:
            call = await http.post("/call", json=body)
            assert call.status_code == 201, call.text
            path = f"/call/{call.json()['id']}"
            reply = (await http.post(f"{path}/message", json={"content": words})).json()["reply"]
            return reply, (await http.get(path)).json()

    return run


async def test_any_openai_compatible_model_answers_and_knows_the_call(talk, model) -> None:
    reply, call = await talk("Bonjour", metadata={"table": 7})
    assert reply == {"content": "Vous avez dit : Bonjour", "ended": False}
    assert call["messages"][0]["message"] == "Bonjour Ada !"
    asked = model.requests[0]
    assert [one["content"] for one in asked["messages"]] == [
        "Vous parlez à Ada.",
        "Bonjour Ada !",
        "Bonjour",
    ]
    assert asked["tools"][0]["function"]["name"] == "endCall"
    assert asked["metadata"] == {"table": 7}
    assert asked["call"]["id"] == call["id"]
    assert asked["headers"]["authorization"] == "Bearer owner-key"


async def test_a_model_that_fails_once_is_asked_again(talk, model) -> None:
    model.mood = "once refusing"
    reply, _ = await talk("Bonjour")
    assert reply == {"content": "Vous avez dit : Bonjour", "ended": False}


@pytest.mark.parametrize("mood", ["refusing", "mute", "nonsense", "hanging"])
async def test_a_model_that_keeps_failing_ends_the_call_with_an_apology(talk, model, mood) -> None:
    model.mood = mood
    reply, call = await talk("Bonjour")
    assert reply["ended"]
    assert "problème technique" in reply["content"]
    assert call["status"] == "ended"
    assert call["endedReason"] == "pipeline-error-custom-llm-llm-failed"
    assert sum("tools" in request for request in model.requests) == 2


async def test_an_answer_broken_off_is_not_begun_again(talk, model) -> None:
    model.mood = "breaking"
    reply, call = await talk("Bonjour")
    assert reply["content"].startswith("Un instant Veuillez m’excuser")
    assert call["endedReason"] == "pipeline-error-custom-llm-llm-failed"
    assert sum("tools" in request for request in model.requests) == 1


async def test_the_model_hangs_up_with_the_assistant_s_last_message(talk, model) -> None:
    model.mood = "leaving"
    reply, call = await talk("Au revoir", endCallMessage="À bientôt, {{prenom}}.")
    assert reply == {"content": "À bientôt, Ada.", "ended": True}
    assert call["endedReason"] == "assistant-ended-call"


async def test_an_end_call_phrase_ends_the_call(talk) -> None:
    reply, call = await talk("bonne journée", endCallPhrases=["Bonne journée"])
    assert reply["ended"]
    assert call["endedReason"] == "assistant-said-end-call-phrase"


async def test_an_assistant_may_wait_or_open_with_the_model_s_own_words(talk, model) -> None:
    _, call = await talk("Allô", firstMessageMode="assistant-waits-for-user")
    assert call["messages"][0]["role"] == "user"
    mode = "assistant-speaks-first-with-model-generated-message"
    _, call = await talk("Allô", firstMessageMode=mode)
    assert call["messages"][0]["message"] == "Vous avez dit : Vous parlez à Ada."


async def test_a_provider_without_credential_is_replaced_and_said_so(talk) -> None:
    reply, call = await talk("Bonjour", model={"provider": "openai", "model": "gpt-4o"})
    assert reply["content"]
    assert "openai" in call["warnings"][0]


async def test_a_stored_credential_s_model_answers_and_its_key_stays_here(
    talk, model, tenant, monkeypatch
) -> None:
    monkeypatch.setitem(providers.BASE_URLS, "groq", model.url)
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        await http.post("/credential", json={"provider": "groq", "apiKey": "gsk-hidden"})
    reply, call = await talk("Bonjour", model={"provider": "groq", "model": "llama-3.1-8b-instant"})
    assert reply == {"content": "Vous avez dit : Bonjour", "ended": False}
    assert "warnings" not in call
    assert model.requests[0]["headers"]["authorization"] == "Bearer gsk-hidden"
    assert "gsk-hidden" not in json.dumps(call)
    url = database.admin_url(get_settings()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        rows = connection.execute("select c::text from engine.calls c").fetchall()
    assert all("gsk-hidden" not in row for (row,) in rows)


async def test_a_stored_model_that_is_down_is_replaced_within_the_turn(
    talk, model, tenant, monkeypatch
) -> None:
    monkeypatch.setitem(providers.BASE_URLS, "groq", model.url)
    model.mood = "refusing"
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        await http.post("/credential", json={"provider": "groq", "apiKey": "gsk-hidden"})
    reply, call = await talk("Bonjour", model={"provider": "groq", "model": "llama-3.1-8b-instant"})
    assert reply["content"]
    assert not reply["ended"]
    assert call["status"] == "in-progress"


async def test_the_openai_client_speaks_with_the_guided_model(tenant) -> None:
    client = AsyncOpenAI(base_url=f"{tenant.base_url}/guided/v1", api_key="none", max_retries=0)
    assert [one.id for one in (await client.models.list()).data] == ["guided"]
    asked = {
        "model": "guided",
        "messages": [{"role": "user", "content": "Une table pour deux demain à 20h"}],
        "extra_body": {
            "metadata": {"blueprint": MARIO.model_dump(mode="json", exclude_none=True)},
            "call": {"createdAt": "2026-11-20T15:00:00+01:00"},
        },
    }
    whole = await client.chat.completions.create(**asked)
    stream = await client.chat.completions.create(**asked, stream=True)
    pieces = [piece.choices[0].delta.content or "" async for piece in stream if piece.choices]
    assert whole.choices[0].message.content == "".join(pieces)
    assert whole.choices[0].finish_reason == "stop"
    await client.close()


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "blueprint"),
        ({"metadata": {"blueprint": {"name": "x"}}}, "greeting"),
        (
            {"metadata": {"blueprint": {"name": "x", "greeting": "y", "z": 1}}},
            "blueprint.z",
        ),
        ({"metadata": {"blueprint": MARIO.model_dump(mode="json")}, "messages": "x"}, "messages"),
    ],
)
async def test_the_guided_model_says_what_it_misses(tenant, body, word) -> None:
    async with httpx.AsyncClient(base_url=tenant.base_url) as http:
        path = "/guided/v1/chat/completions"
        refused = await http.post(path, json={"messages": [], **body})
        assert refused.status_code == 400
        assert word in refused.json()["error"]["message"]
        assert (await http.post(path, content=b"{")).status_code == 400


async def test_the_guided_model_cannot_be_worn_out(tenant, monkeypatch) -> None:
    monkeypatch.setattr(guided_limits, "monotonic", lambda: 0.0)
    guided_limits._buckets.clear()
    async with httpx.AsyncClient(base_url=tenant.base_url) as http:
        answers = [await http.post("/guided/v1/chat/completions", json={}) for _ in range(101)]
    assert [answer.status_code for answer in answers] == [400] * 100 + [429]
    guided_limits._buckets.clear()


async def test_a_server_that_pours_its_answer_out_keeps_nobody_waiting() -> None:
    class Flood(httpx2.AsyncByteStream):
        async def __aiter__(self):
            for _ in range(4):
                yield b": nothing\n" * 6_000

    turns = longest = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    whole = b""
    async for piece in network._Bounded(Flood(), httpx2.Request("POST", "http://model.test")):
        longest = max(longest, len(piece))
        whole += piece
    waiting.cancel()
    assert whole == b": nothing\n" * 24_000
    assert longest <= 4_096
    assert turns >= len(whole) // 4_096
