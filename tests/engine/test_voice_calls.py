"""A whole voice call through the engine's own doors: a public key, an offer, real audio."""

import asyncio
import os
import sys
import time
import wave
from io import BytesIO
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.append(str(Path(__file__).parents[1] / "audio"))

import httpx
import numpy as np
import pytest
from caller import Caller
from scripted_model import scripted_model
from serving import serve

from allokoli.engine.app import create_app
from allokoli.engine.speech import ensure_models

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]


@pytest.fixture
async def engine_app(settings, engine_port, monkeypatch):
    """The engine with its voice."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")
    monkeypatch.setattr(settings, "public_url", f"http://127.0.0.1:{engine_port}/public")
    await asyncio.to_thread(ensure_models, settings.models_dir, settings.whisper_model)
    app = create_app()
    async with serve(app, engine_port):
        yield app


@pytest.fixture
async def call(tenant, compiled, receiver):
    """Call Chez Mario from a browser: the caller and the call's id."""
    callers = []

    async def start(**changes):
        assistant = compiled(receiver.url, disclose=False)
        async with httpx.AsyncClient(base_url=tenant.base_url) as page:
            made = await page.post(
                "/assistant", json={**assistant, **changes}, headers=tenant.headers
            )
            public = {"authorization": f"Bearer {tenant.public}"}
            asked = {"assistantId": made.json()["id"]}
            begun = (await page.post("/call/web", json=asked, headers=public)).json()
            caller = Caller()
            callers.append(caller)
            url = begun["webCallUrl"]
            path = url[url.index("/call/") :]
            answer = await page.post(path, json=await caller.offer(), timeout=20)
            assert answer.status_code == 200, answer.text
            await caller.take(answer.json())
            assert (await page.post(path, json={"sdp": "", "type": "offer"})).status_code == 409
        return caller, begun["id"]

    yield start
    for caller in callers:
        await caller.hang_up()


async def test_a_spoken_call_is_answered_recorded_and_reported(
    call, http, engine_app, receiver, run_jobs
) -> None:
    caller, call_id = await call()
    greeted_s = await caller.sound_after(0)
    await caller.silence_after(greeted_s)
    running = (await http.get(f"/call/{call_id}")).json()
    assert running["status"] == "in-progress"
    speech = await _say("Bonjour, je voudrais réserver une table pour quatre personnes.")
    spoke_s = await caller.microphone.speak(speech)
    await caller.silence_after(await caller.sound_after(spoke_s))
    control = running["monitor"]["controlUrl"]
    order = {"type": "say", "content": "Un instant je vous prie.", "endCallAfterSpoken": True}
    said = await http.post(control[control.index("/call/") :], json=order)
    assert said.is_success
    ended = await _ended(http, call_id)
    assert ended["endedReason"] == "assistant-ended-call-after-message-spoken"
    heard = [one["message"] for one in ended["messages"]]
    assert heard[0].startswith("Restaurant Chez Mario")
    assert "quatre personnes" in heard[1] or "4 personnes" in heard[1]
    assert [one["role"] for one in ended["messages"][:3]] == ["bot", "user", "bot"]
    assert ended["analysis"]["structuredData"]["party_size"] == 4
    latencies = ended["artifact"]["performanceMetrics"]["turnLatencies"]
    assert latencies[0]["turnLatency"] > 0
    assert {cost["type"] for cost in ended["costs"]} >= {"transport", "transcriber", "voice"}
    assert ended["costBreakdown"]["ttsCharacters"] > 50
    wav = (await http.get(f"/call/{call_id}/stereo-recording")).content
    with wave.open(BytesIO(wav)) as recording:
        both = np.frombuffer(recording.readframes(recording.getnframes()), "<i2").reshape(-1, 2)
    assert (np.abs(both.astype(int)).max(axis=0) > 1_000).all()
    kinds = {message["type"] for message in caller.messages}
    assert {"transcript", "status-update", "speech-update", "conversation-update"} <= kinds
    await run_jobs()
    assert receiver.of("end-of-call-report")[0]["call"]["id"] == call_id
    assert [one["status"] for one in receiver.of("status-update")] == ["in-progress", "ended"]


async def test_hanging_up_ends_the_call_and_frees_the_place(call, http, engine_app) -> None:
    caller, call_id = await call(artifactPlan={"recordingEnabled": False})
    await caller.sound_after(0)
    await caller.hang_up()
    ended = await _ended(http, call_id)
    assert ended["endedReason"] == "customer-ended-call"
    assert "recordingUrl" not in ended["artifact"]
    assert not engine_app.state.switchboard._live


async def test_an_engine_that_stops_ends_its_calls_by_its_own_name(call, http, engine_app) -> None:
    caller, call_id = await call()
    await caller.sound_after(0)
    await engine_app.state.switchboard.close()
    ended = (await http.get(f"/call/{call_id}")).json()
    assert ended["endedReason"] == "worker-shutdown"
    assert ended["artifact"]["recordingUrl"]
    await engine_app.state.switchboard.open()


async def _ended(http, call_id) -> dict:
    """The call, once it is concluded."""
    async with asyncio.timeout(20):
        while True:
            found = (await http.get(f"/call/{call_id}")).json()
            if found["status"] == "ended" and found["analysis"]:
                return found
            await asyncio.sleep(0.1)


async def _say(text: str) -> bytes:
    from allokoli.engine.speech.voice import Voices

    voices = Voices()
    pcm = b"".join([piece async for piece in voices.say(text, "fr")])
    voices.close()
    return pcm


async def test_a_browser_chooses_nobody_else_to_answer_it(call, http, engine_app) -> None:
    await http.post("/credential", json={"provider": "custom-llm", "apiKey": "sk-of-the-owner"})
    caller, call_id = await call()
    await caller.silence_after(await caller.sound_after(0))
    async with scripted_model() as thief:
        theirs = thief.assistant(firstMessage="Me voilà.")
        destination = {"type": "assistant", "assistant": theirs}
        caller.send({"type": "handoff", "destination": destination})
        asked = {"role": "user", "content": "Quels sont vos horaires ?"}
        caller.send({"type": "add-message", "message": asked})
        await caller.silence_after(await caller.sound_after(time.monotonic()))
        caller.send({"type": "end-call"})
        ended = await _ended(http, call_id)
        assert thief.headers == []
    said = " ".join(one.get("message", "") for one in ended["messages"])
    assert "Me voilà." not in said
    assert "Je n'ai pas les horaires" in said, "the assistant of the call answers"
