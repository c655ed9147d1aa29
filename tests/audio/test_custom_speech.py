"""Voices and transcribers that run on servers of the owner's, and what becomes of a call when they
hang, lie or leave."""

import asyncio
import contextlib
import json
import socket

import numpy as np
import pytest
from scripted import GREETING, Notes, ScriptedConversation, unheard
from serving import free_port, serve
from socket_caller import SocketCaller
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from allokoli.engine.audio import custom_transcriber, speakers
from allokoli.engine.audio.limits import Limits
from allokoli.engine.audio.surroundings import Nowhere
from allokoli.engine.audio.voice_call import VoiceCall
from allokoli.engine.calls.voice import AudioFormat

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]
SENTENCE = "Je voudrais réserver une table."


class SpeechServer:
    """An owner's server: its voice and its transcriber do as they are told.

    Attributes:
        how: of the voice: "speak", "hang", "refuse", "lie", "flood", "stop early".
        hears: of the transcriber: "hear", "refuse", "leave", "shout", "chatter", "lie".
        asked: the voice requests it got.
        started: the first message of the transcriber's client.
        audio: what the transcriber got.
        over: the test is: whatever hangs may go.
    """

    def __init__(self, speech) -> None:
        self.speech = speech
        self.how, self.hears = "speak", "hear"
        self.asked, self.audio = [], bytearray()
        self.headers = None
        self.started = None
        self.over = asyncio.Event()

    async def voice(self, request):
        message = (await request.json())["message"]
        self.asked.append(message)
        self.headers = dict(request.headers)
        if self.how == "hang":
            await self.over.wait()
        if self.how == "refuse":
            return Response("no", 503)
        if self.how == "lie":
            return Response("<html>fine</html>", media_type="text/html")
        return StreamingResponse(self._sound(message["text"]), media_type="audio/raw")

    async def _sound(self, text):
        if self.how == "flood":
            for _ in range(16_000):
                yield bytes(65_536)
            return
        async for pcm in self.speech.voices.say(text, "fr"):
            for at in range(0, len(pcm), 1_001):  # halves of samples too
                yield pcm[at : at + 1_001]
            if self.how == "stop early":
                raise ConnectionError

    async def transcribe(self, websocket):
        if self.hears == "refuse":
            await websocket.close(4003)
            return
        self.headers = dict(websocket.headers)
        await websocket.accept()
        self.started = json.loads(await websocket.receive_text())
        if self.hears == "leave":
            await websocket.close()
            return
        if self.hears == "shout":
            await websocket.send_text("a" * 1_000_000)
        if self.hears == "chatter":
            told = {"type": "transcriber-response", "transcription": "bla " * 100}
            with contextlib.suppress(Exception):
                while True:
                    await websocket.send_text(json.dumps(told))
        if self.hears == "lie":
            for lie in ("nonsense", "[]", '{"type": "transcriber-response", "transcription": 3}'):
                await websocket.send_text(lie)
            await websocket.send_bytes(b"\x00\xff")
        with contextlib.suppress(Exception):
            await self._hear(websocket)

    async def _hear(self, websocket):
        told = False
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            self.audio += message.get("bytes") or b""
            left = np.frombuffer(bytes(self.audio[-64_000:]), np.int16)[::2]
            loud = np.abs(left.astype(int)) > 1_000
            if loud.any():
                told = False if loud[-1_600:].any() else told
                if not told and not loud[-8_000:].any():
                    told = True
                    for channel, words in (
                        ("assistant", "Personne ne le dit."),
                        ("customer", SENTENCE),
                    ):
                        answer = {"type": "transcriber-response", "transcription": words}
                        await websocket.send_text(json.dumps({**answer, "channel": channel}))


@pytest.fixture
async def owner(speech):
    server = SpeechServer(speech)
    port = free_port()
    routes = [
        Route("/voice", server.voice, methods=["POST"]),
        WebSocketRoute("/ears", server.transcribe),
    ]
    server.url = f"http://127.0.0.1:{port}"
    async with serve(Starlette(routes=routes), port, lifespan="off"):
        yield server
        server.over.set()


@pytest.fixture
async def call(speech, tmp_path):
    """`await call(assistant)`: a running call and its caller."""
    running, stacks = [], contextlib.AsyncExitStack()

    async def start(**assistant):
        conversation, notes = ScriptedConversation(), Notes()
        one = VoiceCall(
            conversation,
            notes,
            tmp_path / "call.wav",
            Limits(60, 30),
            speech,
            assistant=assistant,
            around=Nowhere(),
        )

        async def answer(websocket):
            await websocket.accept()
            await one.answer_websocket(websocket, AudioFormat())
            await one.wait()

        port = free_port()
        app = Starlette(routes=[WebSocketRoute("/call", answer)])
        await stacks.enter_async_context(serve(app, port, lifespan="off"))
        caller = await SocketCaller(f"ws://127.0.0.1:{port}/call").connect()
        running.append((one, caller))
        return one, caller, conversation

    yield start
    for one, caller in running:
        await one.hang_up("manually-canceled")
        await caller.hang_up()
    await stacks.aclose()


def custom_voice(owner, **more):
    server = {"url": f"{owner.url}/voice", "headers": {"x-key": "abc"}}
    return {"provider": "custom-voice", "voiceId": "ana", "server": server, **more}


def custom_ears(owner, **more):
    server = {"url": f"{owner.url}/ears", "headers": {"x-key": "abc"}}
    return {"provider": "custom-transcriber", "server": server, **more}


async def test_a_voice_of_the_owners_is_asked_for_each_sentence_and_heard(owner, call, speech):
    _, caller, _ = await call(voice=custom_voice(owner))
    greeted_s = await caller.sound_after(0)
    await caller.silence_after(greeted_s)
    heard = await speech.recognizer.hear(caller.heard_since(greeted_s - 0.1), "fr")
    assert unheard(GREETING, heard.text) <= 0.2
    assert [one["text"] for one in owner.asked] == [
        "Bonjour, bienvenue au Petit Bistrot.",
        "Voulez-vous réserver une table ?",
    ]
    assert owner.asked[0]["type"] == "voice-request"
    assert owner.asked[0]["sampleRate"] == 16_000
    assert owner.headers["x-key"] == "abc"


@pytest.mark.parametrize("how", ["hang", "refuse", "lie", "flood"])
async def test_a_voice_that_does_not_speak_ends_the_call_honestly(owner, call, monkeypatch, how):
    monkeypatch.setattr(speakers, "_FIRST_SOUND_S", 1.0)
    monkeypatch.setattr(speakers, "_LONGEST_S", 3)
    owner.how = how
    one, _, _ = await call(voice=custom_voice(owner))
    assert await asyncio.wait_for(one.wait(), 15) == "pipeline-error-custom-voice-failed"


@pytest.mark.parametrize("how", ["hang", "refuse", "lie"])
async def test_the_next_voice_of_the_plan_says_the_whole_sentence(
    owner, call, monkeypatch, speech, how
):
    monkeypatch.setattr(speakers, "_FIRST_SOUND_S", 1.0)
    owner.how = how
    plan = {"voices": [{"provider": "vapi", "voiceId": "Elliot"}]}
    _, caller, _ = await call(voice=custom_voice(owner, fallbackPlan=plan))
    greeted_s = await caller.sound_after(0)
    await caller.silence_after(greeted_s)
    heard = await speech.recognizer.hear(caller.heard_since(greeted_s - 0.1), "fr")
    assert unheard(GREETING, heard.text) <= 0.2


async def test_the_engines_own_voice_breaking_after_the_owners_is_told_as_its_own(
    owner, call, monkeypatch, speech
):
    def broken(_language: str) -> None:
        raise RuntimeError("no voice left")

    monkeypatch.setattr(speech.voices, "_take", broken)
    owner.how = "refuse"
    plan = {"voices": [{"provider": "vapi", "voiceId": "Elliot"}]}
    one, _, _ = await call(voice=custom_voice(owner, fallbackPlan=plan))
    assert await asyncio.wait_for(one.wait(), 15) == "pipeline-error-vapi-voice-failed"


async def test_a_voice_that_leaves_midway_gives_way_to_the_next(owner, call):
    owner.how = "stop early"
    plan = {"voices": [{"provider": "vapi", "voiceId": "Elliot"}]}
    one, caller, _ = await call(voice=custom_voice(owner, fallbackPlan=plan))
    await caller.silence_after(await caller.sound_after(0))
    assert not one._ending.is_set()
    assert len(owner.asked) == 1, "the second sentence was the next voice's"


@pytest.mark.parametrize("hears", ["hear", "lie"])
async def test_a_transcriber_of_the_owners_hears_both_sides_and_is_believed(
    owner, call, voice, hears
):
    owner.hears = hears
    _, caller, conversation = await call(transcriber=custom_ears(owner))
    await caller.silence_after(await caller.sound_after(0))
    spoke_s = await caller.speak(await voice("Tout autre chose."))
    await caller.sound_after(spoke_s)
    assert conversation.turns == [SENTENCE]
    assert owner.started == {
        "type": "start",
        "encoding": "linear16",
        "container": "raw",
        "sampleRate": 16_000,
        "channels": 2,
    }
    assert owner.headers["x-key"] == "abc"
    both = np.frombuffer(bytes(owner.audio), np.int16).reshape(-1, 2)
    assert (np.abs(both.astype(int)).max(axis=0) > 1_000).all()


@pytest.mark.parametrize("hears", ["refuse", "leave", "shout", "chatter"])
async def test_a_transcriber_that_leaves_ends_the_call_honestly(owner, call, hears):
    owner.hears = hears
    one, _, _ = await call(transcriber=custom_ears(owner))
    assert await asyncio.wait_for(one.wait(), 15) == "pipeline-error-custom-transcriber-failed"


async def test_a_transcriber_that_is_not_there_ends_the_call_within_its_time(call, monkeypatch):
    monkeypatch.setattr(custom_transcriber, "_OPEN_S", 1.0)
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))
    deaf.listen()
    server = {"url": f"ws://127.0.0.1:{deaf.getsockname()[1]}"}
    one, _, _ = await call(transcriber={"provider": "custom-transcriber", "server": server})
    assert await asyncio.wait_for(one.wait(), 15) == "pipeline-error-custom-transcriber-failed"
    deaf.close()


async def test_where_a_plan_names_another_the_engine_listens_itself(owner, call, voice):
    owner.hears = "leave"
    plan = {"transcribers": [{"provider": "deepgram"}]}
    _, caller, conversation = await call(transcriber=custom_ears(owner, fallbackPlan=plan))
    await caller.silence_after(await caller.sound_after(0))
    await caller.speak(await voice(SENTENCE))
    async with asyncio.timeout(10):
        while "réserver" not in " ".join(conversation.turns):  # noqa: ASYNC110 - audio goes on
            await asyncio.sleep(0.05)


async def test_a_private_address_is_not_spoken_to(owner, call, monkeypatch, settings):
    monkeypatch.setattr(settings, "private_servers", False)
    one, _, _ = await call(voice=custom_voice(owner), transcriber=custom_ears(owner))
    assert (await asyncio.wait_for(one.wait(), 15)).startswith("pipeline-error-custom-")
    assert owner.asked == []
    assert owner.started is None
