"""Calls over WebSockets, heard and ordered from outside, through the engine's own doors."""

import asyncio
import re
import time

import numpy as np
import pytest
from socket_caller import SocketCaller
from talking import ended, engine_app, spoken  # noqa: F401 - a fixture

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]
GONE = {4401, 4403, 4404, 4409}


@pytest.fixture
async def place(http, compiled):
    """`await place(…)`: a queued call of Chez Mario over a WebSocket."""

    async def start(audio_format=None, client=http, **changes):
        assistant = compiled(None, disclose=False)
        assistant = {name: one for name, one in assistant.items() if name != "server"}
        transport = {"provider": "vapi.websocket"}
        if audio_format:
            transport["audioFormat"] = audio_format
        body = {"assistant": {**assistant, **changes}, "transport": transport}
        made = await client.post("/call", json=body)
        assert made.status_code == 201, made.text
        return made.json()

    return start


@pytest.fixture
async def answer(tenant):
    """`await answer(call)`: its caller, connected."""
    callers = []

    async def connect(call, *form, **options):
        caller = SocketCaller(here(tenant, call["transport"]["websocketCallUrl"]), *form)
        callers.append(caller)
        return await caller.connect(**options)

    yield connect
    for caller in callers:
        await caller.hang_up()


def here(tenant, url: str) -> str:
    """An address as this test reaches it: past the proxy."""
    return "ws" + tenant.base_url.removeprefix("http") + url[url.index("/call/") :]


async def test_a_french_call_over_a_websocket_is_answered_recorded_and_reported(
    place, answer, http
) -> None:
    call = await place({"format": "mulaw", "sampleRate": 8000, "container": "raw"})
    assert call["type"] == "vapi.websocketCall"
    assert call["status"] == "queued"
    assert re.fullmatch(r"wss?://.*/transport\?token=.+", call["transport"]["websocketCallUrl"])
    caller = await answer(call, "mulaw", 8_000)
    await caller.silence_after(await caller.sound_after(0))
    sentence = "Bonjour, je voudrais réserver une table pour quatre personnes."
    spoke_s = await caller.speak(await spoken(sentence))
    await caller.silence_after(await caller.sound_after(spoke_s))
    await caller.send({"type": "say", "message": "Au revoir.", "endCallAfterSpoken": True})
    found = await ended(http, call["id"])
    assert found["endedReason"] == "assistant-ended-call-after-message-spoken"
    assert [one["role"] for one in found["messages"][:3]] == ["bot", "user", "bot"]
    assert found["messages"][0]["message"].startswith("Restaurant Chez Mario")
    assert found["artifact"]["recordingUrl"]
    kinds = {message["type"] for message in caller.messages}
    assert {"transcript", "status-update", "speech-update", "conversation-update"} <= kinds
    assert (await caller.over())[0] == 1000


async def test_a_listener_hears_both_sides_and_the_messages(place, answer, http, tenant) -> None:
    call = await place()
    caller = await answer(call)
    await caller.sound_after(0)
    ear = await SocketCaller(here(tenant, call["monitor"]["listenUrl"])).connect(speaking=False)
    await caller.silence_after(0)
    await caller.speak(await spoken("Bonjour, je voudrais une table."))
    await ear.socket.send("what a listener says counts for nothing")
    async with asyncio.timeout(20):
        while all(message["type"] != "transcript" for message in ear.messages):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # until the sentence was understood
    control = call["monitor"]["controlUrl"]
    await http.post(control[control.index("/call/") :], json={"type": "end-call"})
    assert (await ear.over())[0] == 1000
    both = ear.heard_from(0).reshape(-1, 2)
    assert (np.abs(both.astype(int)).max(axis=0) > 1_000).all()
    assert "transcript" in {message["type"] for message in ear.messages}
    found = await ended(http, call["id"])
    assert found["endedReason"] == "manually-canceled"


async def test_listening_takes_a_key_where_the_assistant_asks_for_one(
    place, answer, tenant, make_tenant
) -> None:
    call = await place(monitorPlan={"listenAuthenticationEnabled": True})
    caller = await answer(call)
    await caller.sound_after(0)
    url = here(tenant, call["monitor"]["listenUrl"])
    assert "token" not in url
    stranger = await make_tenant()
    for key, code in ((None, 4401), ("nonsense", 4401), (stranger.public, 4404)):
        ear = SocketCaller(url)
        ear.headers = {"authorization": f"Bearer {key}"} if key else {}
        await ear.connect(speaking=False)
        assert (await ear.over())[0] == code
    ear = SocketCaller(url)
    ear.headers = {"authorization": f"Bearer {tenant.public}"}
    await ear.connect(speaking=False)
    async with asyncio.timeout(5):
        while not ear.sizes:
            await ear._next()
    await ear.hang_up()


async def test_a_call_is_answered_once_and_only_by_its_own_link(
    place, answer, tenant, http
) -> None:
    call, other = await place(), await place()
    caller = await answer(call)
    await caller.sound_after(0)
    url = here(tenant, call["transport"]["websocketCallUrl"])
    token = url.split("token=")[1]
    refusals = {
        url: 4409,
        url.split("?")[0]: 4401,
        url[:-3] + "abc": 4401,
        here(tenant, f"/call/{other['id']}/transport?token={token}"): 4401,
        here(tenant, "/call/nonsense/transport?token=a"): 4400,
        here(tenant, call["monitor"]["listenUrl"]).replace("/listen", "/transport"): 4401,
    }
    for address, code in refusals.items():
        intruder = await SocketCaller(address).connect(speaking=False)
        closed = await intruder.over()
        assert closed[0] == code, address
        assert closed[1].endswith((".", "UUID"))
    await caller.silence_after(0)
    assert (await http.get(f"/call/{call['id']}")).json()["status"] == "in-progress"
    assert (await http.get(f"/call/{other['id']}")).json()["status"] == "queued"


async def test_orders_mute_speak_and_move_a_running_call(place, answer, http) -> None:
    call = await place()
    caller = await answer(call)
    await caller.silence_after(await caller.sound_after(0))
    url = call["monitor"]["controlUrl"]
    url = url[url.index("/call/") :]

    async def order(**body):
        return await http.post(url, json=body)

    assert (await order(type="control", control="mute-assistant")).is_success
    assert (await order(type="say", content="On ne m'entend pas.")).is_success
    with pytest.raises(TimeoutError):
        await caller.sound_after(time.monotonic(), within_s=2)
    assert (await order(type="control", control="unmute-assistant")).is_success
    moment_s = time.monotonic()
    assert (await order(type="say", content="On m'entend de nouveau.")).is_success
    await caller.silence_after(await caller.sound_after(moment_s))
    for refused in (
        {"type": "control", "control": "explode"},
        {"type": "say"},
        {"type": "say", "content": "a" * 5_001},
        {"type": "transfer", "destination": {"type": "number"}},
        {"type": "send-transport-message", "message": {"transport": "vapi.sip"}},
        {"type": ["say"]},
    ):
        assert (await order(**refused)).status_code == 400
    destination = {"type": "number", "number": "+33123456789"}
    assert (await order(type="transfer", destination=destination, content="Un instant.")).is_success
    found = await ended(http, call["id"])
    assert found["endedReason"] == "assistant-forwarded-call"
    assert found["messages"][-1]["message"].endswith("Un instant.")
