"""Sockets of calls through the web address, over real ones."""

import asyncio
import contextlib
import logging
import os
import socket

import pytest
from fastapi import FastAPI, WebSocket
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from allokoli.core.settings import get_settings
from allokoli.web import engine_sockets
from allokoli.web.app import create_app

# Nothing that compression on the way could make small.
NOISE = os.urandom(100_000)


class Engine:
    """An engine of a few sockets."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.closed: asyncio.Queue[int] = asyncio.Queue()
        self.stalled = asyncio.Event()
        for path in ("echo", "headers", "hangs-up", "refuses", "never-reads", "floods"):
            self.app.add_api_websocket_route(
                f"/call/{{call_id}}/{path}", getattr(self, path.replace("-", "_"))
            )

    async def echo(self, websocket: WebSocket, call_id: str):
        await websocket.accept("audio" if "audio" in websocket.scope["subprotocols"] else None)
        await websocket.send_json({"call": call_id, "token": websocket.query_params.get("token")})
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                self.closed.put_nowait(message["code"])
                return
            if message.get("bytes") is not None:
                await websocket.send_bytes(message["bytes"])
            else:
                await websocket.send_text(message["text"])

    async def headers(self, websocket: WebSocket):
        await websocket.accept()
        await websocket.send_json(dict(websocket.headers))
        await websocket.close()

    async def hangs_up(self, websocket: WebSocket):
        await websocket.accept()
        await websocket.close(4404, "No such call")

    async def refuses(self, websocket: WebSocket):
        await websocket.send_denial_response(PlainTextResponse("no key", 401))

    async def never_reads(self, websocket: WebSocket):
        await websocket.accept()
        await self.stalled.wait()

    async def floods(self, websocket: WebSocket):
        await websocket.accept()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await websocket.send_bytes(NOISE)
        self.closed.put_nowait(0)


@pytest.fixture
async def engine(serve, monkeypatch):
    made = Engine()
    async with serve(made.app) as address:
        monkeypatch.setattr(get_settings(), "engine_internal_url", address)
        yield made
        made.stalled.set()


@pytest.fixture
async def web(engine, serve):
    async with serve(create_app()) as address:
        yield f"{address.replace('http', 'ws', 1)}/engine/call/c1"


async def test_audio_and_messages_pass_both_ways_untouched(web, engine):
    async with connect(f"{web}/echo?token=a%2Bb", subprotocols=["audio"]) as call:
        assert call.subprotocol == "audio"
        assert await call.recv() == '{"call":"c1","token":"a+b"}'
        for piece in (b"\x00\x01", b"", "bonjour", bytes(200_000)):
            await call.send(piece)
            assert await call.recv() == piece
    assert await asyncio.wait_for(engine.closed.get(), 5) == 1000


async def test_the_engine_learns_who_called_and_sees_no_cookie(web):
    headers = {"authorization": "Bearer sk_1", "cookie": "access=secret", "x-twilio-signature": "s"}
    async with connect(f"{web}/headers", additional_headers=headers, origin="http://page") as call:
        told = await call.recv()
    assert '"authorization":"Bearer sk_1"' in told
    assert '"x-twilio-signature":"s"' in told
    assert '"x-forwarded-for":"127.0.0.1"' in told
    assert '"x-forwarded-proto":"http"' in told
    assert '"origin":"http://page"' in told
    assert "secret" not in told


async def test_the_code_and_reason_of_a_close_pass(web, engine):
    async with connect(f"{web}/hangs-up") as call:
        with pytest.raises(ConnectionClosed) as closed:
            await call.recv()
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4404, "No such call")
    async with connect(f"{web}/echo") as call:
        await call.close(4001, "bye")
    assert await asyncio.wait_for(engine.closed.get(), 5) == 4001


async def test_a_refusal_keeps_its_status(web, serve, monkeypatch):
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{web}/refuses")
    assert refused.value.response.status_code == 401
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{web}/nowhere")
    assert refused.value.response.status_code == 403
    monkeypatch.setattr(get_settings(), "engine_internal_url", "http://127.0.0.1:9")
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{web}/echo")
    assert refused.value.response.status_code == 502


async def test_a_client_that_vanishes_ends_the_call_at_the_engine(web, engine):
    call = await connect(f"{web}/echo")
    await call.recv()
    # Neither a close frame nor an orderly end: the connection is reset.
    raw = call.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    call.transport.abort()
    assert await asyncio.wait_for(engine.closed.get(), 10)


async def test_a_client_that_vanishes_while_it_is_spoken_to_is_no_error(web, engine, caplog):
    server = logging.getLogger("uvicorn.error")
    server.addHandler(caplog.handler)
    call = await connect(f"{web}/floods")
    await call.recv()
    call.transport.abort()
    assert await asyncio.wait_for(engine.closed.get(), 10) == 0
    async with asyncio.timeout(10):
        while engine_sockets._open:  # noqa: ASYNC110 - in real time
            await asyncio.sleep(0.02)
    await asyncio.sleep(0)
    server.removeHandler(caplog.handler)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


async def test_an_engine_that_dies_closes_the_client(serve, monkeypatch):
    engine = Engine()
    async with contextlib.AsyncExitStack() as stack:
        running = contextlib.AsyncExitStack()
        address = await running.enter_async_context(serve(engine.app))
        monkeypatch.setattr(get_settings(), "engine_internal_url", address)
        web = await stack.enter_async_context(serve(create_app()))
        call = await connect(f"{web.replace('http', 'ws', 1)}/engine/call/c1/echo")
        await call.recv()
        await running.aclose()
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(call.recv(), 10)
        assert closed.value.rcvd.code in {1001, 1011, 1012}


async def test_a_client_that_stops_reading_is_let_go(web, engine, monkeypatch):
    monkeypatch.setattr(engine_sockets, "WRITE_S", 0.3)
    call = await connect(f"{web}/floods", max_queue=1)
    assert await call.recv() == NOISE
    # Nothing more is read; the engine is told once the passage has had enough.
    await asyncio.wait_for(engine.closed.get(), 20)
    call.transport.abort()


async def test_an_engine_that_stops_reading_is_let_go(web, monkeypatch):
    monkeypatch.setattr(engine_sockets, "WRITE_S", 0.3)
    async with connect(f"{web}/never-reads", close_timeout=1) as call:

        async def talk():
            while True:
                await call.send(NOISE)

        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(talk(), 20)
    assert closed.value.rcvd.code == 1013


async def test_a_message_too_large_closes_the_call(web, engine):
    async with connect(f"{web}/echo") as call:
        await call.recv()
        await call.send(bytes(engine_sockets.MAX_MESSAGE_BYTES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            await call.recv()
    assert closed.value.rcvd.code == 1009
    assert await asyncio.wait_for(engine.closed.get(), 5) == 1009


async def test_one_call_too_many_is_refused_and_room_is_made_again(web, monkeypatch):
    monkeypatch.setattr(engine_sockets, "MAX_SOCKETS", 1)
    async with connect(f"{web}/echo") as call:
        await call.recv()
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{web}/echo")
        assert refused.value.response.status_code == 503
    async with asyncio.timeout(5):
        while engine_sockets._open:  # noqa: ASYNC110 - let go by the passage, after the client
            await asyncio.sleep(0.02)
    async with connect(f"{web}/echo") as call:
        assert await call.recv()
