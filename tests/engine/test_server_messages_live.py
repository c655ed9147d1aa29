"""What a call's server is told while it runs, and what it costs when it misbehaves."""

import asyncio
import json

import pytest
from calling import ended, said, seen, started
from scripted_model import scripted_model
from serving import on_a_port
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

TOOL = {"type": "function", "function": {"name": "meteo"}}


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


class Hostile:
    """A server that answers in its own way."""

    def __init__(self) -> None:
        self.url = ""
        self.ways: list[str] = []
        self.taken: list[dict] = []
        self.leave = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        message = (await request.json())["message"]
        self.taken.append({**message, "authorization": request.headers.get("authorization")})
        way = self.ways.pop(0) if self.ways else "fine"
        if way == "hang":
            await self.leave.wait()
        answers = {
            "fine": Response(json.dumps(_answer(message, "12 degrés")), 200),
            "lie": Response("<html>ok</html>", 200),
            "wrong": Response('{"results": "oui"}', 200),
            "500": Response("oups", 500),
            "huge": StreamingResponse(_gigabyte(), 200),
        }
        await answers.get(way, Response(status_code=200))(scope, receive, send)


def _answer(message: dict, result: str) -> dict:
    calls = message.get("toolCallList") or [{}]
    return {"results": [{"toolCallId": one.get("id"), "result": result} for one in calls]}


async def _gigabyte():
    piece = b"x" * 1_000_000
    yield b'{"results": "'
    for _ in range(1_000):
        yield piece
        await asyncio.sleep(0)


@pytest.fixture
async def hostile():

    made = Hostile()
    async with on_a_port(made, "/") as made.url:
        yield made
        made.leave.set()


async def _told(app) -> None:
    """Everything queued for servers is sent."""
    outbox = app.state.switchboard.outbox
    while outbox._senders:
        await asyncio.gather(*outbox._senders, return_exceptions=True)


async def test_only_what_is_asked_for_is_told_in_order(http, model, receiver, engine_app) -> None:
    wanted = ["status-update", 'transcript[transcriptType="final"]', "model-output"]
    assistant = model.assistant(
        firstMessage="Bonjour", server={"url": receiver.url}, serverMessages=wanted
    )
    call = await started(http, {"assistant": assistant, "metadata": {"dossier": 7}})
    model.script = ["Très bien."]
    await said(http, call["id"], "Oui")
    await ended(http, call["id"])
    await _told(engine_app)
    told = [(one["type"], one.get("transcript") or one.get("status")) for one in receiver.messages]
    assert told == [
        ("status-update", "in-progress"),
        ("transcript", "Bonjour"),
        ("model-output", None),
        ("transcript", "Oui"),
        ("transcript", "Très bien."),
        ("model-output", None),
        ("status-update", "ended"),
    ]
    for one in receiver.messages:
        assert one["timestamp"] > 1_700_000_000_000
        assert (one["call"]["id"], one["assistant"]["name"]) == (call["id"], "Essai")
        assert one["call"]["metadata"] == {"dossier": 7}


async def test_a_tool_s_own_server_is_asked_before_the_assistant_s(http, model, hostile) -> None:
    elsewhere = {"url": "http://127.0.0.1:9/"}
    tool = {**TOOL, "server": {"url": hostile.url, "headers": {"authorization": "Bearer outil"}}}
    assistant = model.assistant(server=elsewhere, serverMessages=[], model={"tools": [tool]})
    model.script = [{"tool": "meteo"}, "Il fait 12 degrés."]
    call = await started(http, {"assistant": assistant})
    await said(http, call["id"], "Quel temps ?")
    assert [one["authorization"] for one in hostile.taken] == ["Bearer outil"]
    told = hostile.taken[0]["artifact"]["messagesOpenAIFormatted"]
    assert told[0] == {"role": "user", "content": "Quel temps ?"}
    results = [one for one in (await seen(http, call["id"]))["messages"]
               if one["role"] == "tool_call_result"]  # fmt: skip
    assert "12 degrés" in results[0]["result"]


@pytest.mark.parametrize("way", ["hang", "lie", "wrong", "500", "huge"])
async def test_a_tool_s_server_that_misbehaves_is_told_to_the_model_and_nothing_is_lost(
    http, model, hostile, way
) -> None:
    hostile.ways = [way]
    tool = {**TOOL, "server": {"url": hostile.url, "timeoutSeconds": 1}}
    model.script = [{"tool": "meteo"}, "Je ne peux pas le savoir."]
    call = await started(http, {"assistant": model.assistant(model={"tools": [tool]})})
    reply = await asyncio.wait_for(said(http, call["id"], "Quel temps ?"), 30)
    assert reply == {"content": "Je ne peux pas le savoir.", "ended": False}
    results = [one for one in (await seen(http, call["id"]))["messages"]
               if one["role"] == "tool_call_result"]  # fmt: skip
    assert len(results) == 1
    assert len(results[0]["result"]) < 10_000


async def test_a_hanging_server_holds_up_no_call_and_loses_no_order(
    http, model, hostile, engine_app
) -> None:
    hostile.ways = ["hang"]
    assistant = model.assistant(
        firstMessage="Bonjour", server={"url": hostile.url, "timeoutSeconds": 1},
        serverMessages=["status-update", "conversation-update"],
    )  # fmt: skip
    call = await started(http, {"assistant": assistant})
    model.script = ["Oui ?"]
    assert (await asyncio.wait_for(said(http, call["id"], "Allô"), 10))["content"] == "Oui ?"
    await ended(http, call["id"])
    await _told(engine_app)
    kinds = [(one["type"], one.get("status")) for one in hostile.taken]
    assert kinds == [
        ("status-update", "in-progress"),
        ("conversation-update", None),
        ("conversation-update", None),
        ("status-update", "ended"),
    ]
    log = (await http.get(f"/call/{call['id']}/call-logs")).text
    assert '"message lost"' in log
    assert hostile.url not in log


async def test_no_message_carries_a_secret(http, model, receiver, engine_app) -> None:
    assistant = model.assistant(
        firstMessage="Bonjour",
        server={"url": receiver.url, "headers": {"x-vapi-secret": "secret-du-serveur"}},
        model={"headers": {"authorization": "Bearer clef-du-modele"}},
    )
    call = await started(http, {"assistant": assistant})
    await ended(http, call["id"])
    await _told(engine_app)
    assert receiver.messages
    assert receiver.secrets == {"secret-du-serveur"}
    told = json.dumps(receiver.messages)
    assert "secret-du-serveur" not in told
    assert "clef-du-modele" not in told
