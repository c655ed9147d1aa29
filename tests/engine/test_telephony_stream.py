"""Twilio's media streams reach the call they were opened for, and nothing else."""

import asyncio
import contextlib
import json
import xml.etree.ElementTree as ET
from uuid import uuid4

import httpx
import pytest
from local_twilio import CALLER, NUMBER, PUBLIC, SID, TOKEN, Carrier, LocalTwilio
from serving import serve
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from allokoli.engine.app import create_app

_ELSEWHERE = {"type": "number", "number": "+33199999999"}


class Line:
    """A call's audio as far as a stream concerns it: it hears `stop`, and ends as it is told."""

    def __init__(self, request) -> None:
        self.listener = request.listener
        self.started: dict = {}
        self.said: list[str] = []
        self.forward = None
        self._reason: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._hearing: asyncio.Task | None = None

    async def answer_twilio(self, websocket, start_message, forward=None) -> None:
        self.started, self.forward = start_message, forward
        self.listener.connected()
        self._hearing = asyncio.create_task(self._hear(websocket))

    async def _hear(self, websocket) -> None:
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            if json.loads(message.get("text") or "{}").get("event") == "stop":
                break
        await self.hang_up("customer-ended-call")

    async def wait(self) -> str:
        reason = await asyncio.shield(self._reason)
        self._hearing.cancel()
        await asyncio.gather(self._hearing, return_exceptions=True)
        return reason

    async def hang_up(self, reason: str) -> None:
        if not self._reason.done():
            self._reason.set_result(reason)

    async def say(self, text, *, then_end=None, **_how) -> None:
        self.said.append(text)
        if then_end:
            await self.hang_up(then_end)

    def send(self, message) -> None:
        """A telephone takes no messages."""


@pytest.fixture
async def lines():
    """The lines of the calls carried, as they come."""
    return asyncio.Queue()


@pytest.fixture
async def engine_app(settings, engine_port, monkeypatch, lines):
    """The engine with such lines, believing itself public, and Twilio beside it."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")
    monkeypatch.setattr(settings, "public_url", PUBLIC)
    monkeypatch.setattr(settings, "private_servers", True)

    def voice(request):
        made = Line(request)
        lines.put_nowait(made)
        return made

    app = create_app(voice=voice)
    async with serve(app, engine_port):
        yield app


@pytest.fixture
async def twilio(engine_app, settings, monkeypatch, unused_tcp_port_factory):
    made, port = LocalTwilio(), unused_tcp_port_factory()
    monkeypatch.setattr(settings, "twilio_api_url", f"http://127.0.0.1:{port}")
    async with serve(made, port, lifespan="off"):
        yield made
    assert made.problems == []


@pytest.fixture
async def http(twilio, tenant):
    async with httpx.AsyncClient(
        base_url=tenant.base_url, headers=tenant.headers, timeout=30
    ) as client:
        yield client


@pytest.fixture
async def number(http):
    """A number with an assistant behind it."""
    body = {
        "provider": "twilio",
        "number": NUMBER,
        "twilioAccountSid": SID,
        "twilioAuthToken": TOKEN,
        "assistantId": (await http.post("/assistant", json={"name": "Ada"})).json()["id"],
    }
    return (await http.post("/phone-number", json=body)).json()


@pytest.fixture
def ring(number, twilio, tenant):
    """A caller dials; returns Twilio's id of the call and the stream's parameters."""

    async def rings():
        call_sid = "CA" + uuid4().hex
        told = {"CallSid": call_sid, "From": CALLER, "To": NUMBER}
        answer = await Carrier(tenant.base_url).post(twilio.number["voice_url"], **told)
        parameters = ET.fromstring(answer.text).iter("Parameter")  # noqa: S314 - our own
        return call_sid, {one.get("name"): one.get("value") for one in parameters}

    return rings


@pytest.fixture
def stream(tenant):
    """Open a media stream as Twilio does."""

    @contextlib.asynccontextmanager
    async def opened(call_sid, parameters):
        url = tenant.base_url.replace("http", "ws", 1) + "/telephony/twilio/stream"
        async with connect(url) as socket:
            await socket.send(json.dumps({"event": "connected", "protocol": "Call"}))
            start = {
                "streamSid": "MZ" + "1" * 32,
                "accountSid": SID,
                "callSid": call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": parameters,
            }
            await socket.send(
                json.dumps({"event": "start", "start": start, "streamSid": start["streamSid"]})
            )
            yield socket

    return opened


async def _ended(http, call_id):
    path = f"/call/{call_id}"
    while (call := (await http.get(path)).json())["status"] != "ended":  # noqa: ASYNC110 - as clients do
        await asyncio.sleep(0.02)
    return call


async def _closed(socket) -> int:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 20)
    return socket.close_code


async def test_a_stream_carries_its_call_until_the_caller_leaves(
    ring, stream, lines, http, twilio
) -> None:
    call_sid, parameters = await ring()
    async with stream(call_sid, parameters) as socket:
        line = await lines.get()
        while not line.started:  # noqa: ASYNC110 - it comes with the next message
            await asyncio.sleep(0)
        assert line.started["start"]["callSid"] == call_sid
        await socket.send(json.dumps({"event": "stop", "stop": {"callSid": call_sid}}))
        assert await _closed(socket) == 1000
    call = await _ended(http, parameters["callId"])
    assert call["endedReason"] == "customer-ended-call"
    assert twilio.changed == []


async def test_a_call_that_ends_here_is_hung_up_there(ring, stream, lines, http, twilio) -> None:
    call_sid, parameters = await ring()
    async with stream(call_sid, parameters) as socket:
        await lines.get()
        order = {"type": "end-call"}
        control = f"/call/{parameters['callId']}/control"
        while (await http.post(control, json=order)).status_code != 200:  # noqa: ASYNC110 - same
            await asyncio.sleep(0.02)
        await _closed(socket)
    call = await _ended(http, parameters["callId"])
    assert call["endedReason"] == "manually-canceled"
    assert twilio.changed == [(call_sid, {"Status": "completed"})]


async def test_a_caller_is_connected_to_somebody_else(ring, stream, lines, http, twilio, tenant):
    call_sid, parameters = await ring()
    plan = {"mode": "warm-transfer-say-message", "message": "Un client pour vous."}
    async with stream(call_sid, parameters) as socket:
        line = await lines.get()
        while line.forward is None:  # noqa: ASYNC110 - it comes with the next message
            await asyncio.sleep(0)
        await line.forward({**_ELSEWHERE, "transferPlan": plan})
        ((changed, told),) = twilio.changed
        assert changed == call_sid
        leg = ET.fromstring(told["Twiml"]).find("Dial/Number")  # noqa: S314 - our own
        assert leg.text == _ELSEWHERE["number"]
        heard = await Carrier(tenant.base_url).post(
            leg.get("url"), CallSid="CA" + uuid4().hex, ParentCallSid=call_sid
        )
        assert ET.fromstring(heard.text).find("Say").text == plan["message"]  # noqa: S314
        await line.hang_up("assistant-forwarded-call")
        await _closed(socket)
    call = await _ended(http, parameters["callId"])
    assert call["endedReason"] == "assistant-forwarded-call"
    assert len(twilio.changed) == 1


async def test_a_machine_hears_the_voicemail_message(http, number, stream, lines, twilio, tenant):
    assistant = {
        "name": "Ada",
        "voicemailDetection": {"provider": "twilio"},
        "voicemailMessage": "Rappelez-nous.",
    }
    body = {
        "assistant": assistant,
        "phoneNumberId": number["id"],
        "customer": {"number": CALLER},
    }
    call = (await http.post("/call", json=body)).json()
    call_sid = (await http.get(f"/call/{call['id']}")).json()["phoneCallProviderId"]
    (placed,) = twilio.placed
    parameters = {
        one.get("name"): one.get("value")
        for one in ET.fromstring(placed["Twiml"]).iter("Parameter")  # noqa: S314 - our own
    }
    async with stream(call_sid, parameters) as socket:
        line = await lines.get()
        path = f"/call/{call['id']}"
        while (await http.get(path)).json()["status"] != "in-progress":  # noqa: ASYNC110 - same
            await asyncio.sleep(0.02)
        told = {"CallSid": call_sid, "AnsweredBy": "machine_end_beep"}
        await Carrier(tenant.base_url).post(placed["AsyncAmdStatusCallback"], **told)
        await _closed(socket)
    assert line.said == ["Rappelez-nous."]
    assert (await _ended(http, call["id"]))["endedReason"] == "voicemail"


@pytest.mark.parametrize("wrong", ["token", "none", "sid", "other call"])
async def test_a_stream_opens_no_call_but_its_own(ring, stream, lines, http, wrong) -> None:
    call_sid, parameters = await ring()
    other_sid, _ = await ring()
    changed = {
        "token": (call_sid, {**parameters, "token": parameters["token"][:-2] + "xx"}),
        "none": (call_sid, {"callId": parameters["callId"]}),
        "sid": ("CA" + uuid4().hex, parameters),
        "other call": (other_sid, parameters),
    }[wrong]
    async with stream(*changed) as socket:
        assert await _closed(socket) == 1008
    assert lines.empty()
    statuses = {call["status"] for call in (await http.get("/call")).json()}
    assert statuses == {"ringing"}


async def test_a_stream_is_opened_once(ring, stream, lines) -> None:
    call_sid, parameters = await ring()
    async with stream(call_sid, parameters):
        await lines.get()
        async with stream(call_sid, parameters) as second:
            assert await _closed(second) in {1000, 1008}
    assert lines.empty()


async def test_a_call_ended_while_it_rang_is_hung_up(ring, stream, lines, http, twilio) -> None:
    call_sid, parameters = await ring()
    await http.post(f"/call/{parameters['callId']}/control", json={"type": "end-call"})
    async with stream(call_sid, parameters) as socket:
        await _closed(socket)
    assert twilio.changed == [(call_sid, {"Status": "completed"})]
    assert lines.empty()


@pytest.mark.parametrize(
    "sent",
    [b"\x00\x01", "{", "[]", '{"event": "start"}', '{"event": "start", "start": 5}', "x" * 100_000],
)
async def test_nonsense_on_a_stream_closes_it(engine_app, tenant, sent) -> None:
    url = tenant.base_url.replace("http", "ws", 1) + "/telephony/twilio/stream"
    async with connect(url) as socket:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(6):
                await socket.send(sent)
        assert await _closed(socket) == 1008
