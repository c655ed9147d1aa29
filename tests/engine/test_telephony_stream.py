"""Twilio's media streams reach the call they were opened for, and nothing else."""

# ruff: noqa: F811 - fixtures are imported, and asked for by their names

import asyncio
import contextlib
import json
import xml.etree.ElementTree as ET

import pytest
from local_twilio import CALLER, SID
from serving import serve
from telephones import (  # noqa: F401 - fixtures too
    ELSEWHERE,
    assistant,
    carrier,
    http,
    new_sid,
    number,
    rings,
    twilio,
)
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from allokoli.engine.app import create_app


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
    """The engine with such lines."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")

    def voice(request):
        made = Line(request)
        lines.put_nowait(made)
        return made

    app = create_app(voice=voice)
    async with serve(app, engine_port):
        yield app


@pytest.fixture
async def answered(number, assistant):
    """A number with an assistant behind it."""
    return await number(assistantId=assistant)


@pytest.fixture
def ring(answered, twilio, carrier):
    """A caller dials; returns Twilio's id of the call and the stream's parameters."""

    async def dials():
        call_sid = new_sid()
        told = await rings(carrier, twilio, call_sid)
        return call_sid, {one.get("name"): one.get("value") for one in told.iter("Parameter")}

    return dials


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


async def test_a_caller_is_connected_to_somebody_else(ring, stream, lines, http, twilio, carrier):
    call_sid, parameters = await ring()
    plan = {"mode": "warm-transfer-say-message", "message": "Un client pour vous."}
    async with stream(call_sid, parameters) as socket:
        line = await lines.get()
        while line.forward is None:  # noqa: ASYNC110 - it comes with the next message
            await asyncio.sleep(0)
        await line.forward({**ELSEWHERE, "transferPlan": plan})
        ((changed, told),) = twilio.changed
        assert changed == call_sid
        leg = ET.fromstring(told["Twiml"]).find("Dial/Number")  # noqa: S314 - our own
        assert leg.text == ELSEWHERE["number"]
        heard = await carrier.post(leg.get("url"), CallSid=new_sid(), ParentCallSid=call_sid)
        assert ET.fromstring(heard.text).find("Say").text == plan["message"]  # noqa: S314
        await line.hang_up("assistant-forwarded-call")
        await _closed(socket)
    call = await _ended(http, parameters["callId"])
    assert call["endedReason"] == "assistant-forwarded-call"
    assert len(twilio.changed) == 1


async def test_a_machine_hears_the_voicemail_message(
    http, answered, stream, lines, twilio, carrier
):
    assistant = {
        "name": "Ada",
        "voicemailDetection": {"provider": "twilio"},
        "voicemailMessage": "Rappelez-nous.",
    }
    body = {
        "assistant": assistant,
        "phoneNumberId": answered["id"],
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
        await carrier.post(placed["AsyncAmdStatusCallback"], **told)
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
        "sid": (new_sid(), parameters),
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
