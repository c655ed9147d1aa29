"""Calls over a Twilio media stream: mu-law in JSON, marks, keys, and an end with a name."""

import asyncio
import base64
import contextlib
import json
import time

import numpy as np
import pytest
from lines import lines
from pipecat.audio.utils import audioop
from scripted import LONG, ScriptedConversation
from socket_caller import SocketCaller
from starlette.websockets import WebSocketDisconnect

from allokoli.core.errors import InvalidInput
from allokoli.engine.audio.transports.line import LineAudio
from allokoli.engine.audio.transports.twilio import TwilioLine

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]
START = {"event": "start", "streamSid": "MZ1", "start": {"streamSid": "MZ1", "callSid": "CA1"}}
ELSEWHERE = {"type": "number", "number": "+33123456789"}


class Telephone(SocketCaller):
    """A caller behind Twilio; plays what it is sent as it comes.

    Attributes:
        events: what came beside audio.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, "mulaw", 8_000)
        self.events: list[dict] = []

    async def event(self, **fields) -> None:
        await self.socket.send(json.dumps(fields))

    async def _listen(self) -> None:
        with contextlib.suppress(Exception):
            async for text in self.socket:
                message = json.loads(text)
                assert message["streamSid"] == "MZ1"
                if message["event"] == "media":
                    pcm = audioop.ulaw2lin(base64.b64decode(message["media"]["payload"]), 2)
                    self.hear(np.frombuffer(pcm, np.int16))
                else:
                    self.events.append(message)
                    if message["event"] == "mark":
                        await self.event(**message)
                self._changed.set()

    async def _send_regularly(self) -> None:
        silence = b"\xff" * 160
        started_s, sent = time.monotonic(), 0
        with contextlib.suppress(Exception):
            while True:
                piece, done = self._queue.popleft() if self._queue else (silence, None)
                payload = base64.b64encode(piece).decode()
                await self.event(event="media", streamSid="MZ1", media={"payload": payload})
                if done:
                    done.set_result(time.monotonic())
                sent += 1
                await asyncio.sleep(max(0.0, started_s + sent / 50 - time.monotonic()))


@pytest.fixture
async def line(speech, tmp_path):
    """`await line(…)`: a call that waits for Twilio at `.url`; `.forwarded` says where it went."""
    async with lines(speech, tmp_path) as start:

        async def open_line(conversation=None, forward=None, **options):
            async def answer(call, websocket):
                with contextlib.suppress(WebSocketDisconnect):
                    await call.answer_twilio(websocket, START, forward)

            return await start(conversation, answer=answer, **options)

        yield open_line


async def test_a_telephone_is_greeted_understood_and_bid_goodbye(line, voice):
    one = await line()
    phone = await Telephone(one.url).connect()
    await phone.silence_after(await phone.sound_after(0))
    spoke_s = await phone.speak(await voice("Je voudrais réserver une table."))
    await phone.silence_after(await phone.sound_after(spoke_s))
    assert "table" in " ".join(one.conversation.turns)
    await one.call.say("Au revoir.", then_end="assistant-ended-call")
    assert await one.ended() == "assistant-ended-call"
    assert phone.events[-1]["event"] == "mark", "the goodbye was waited for"


async def test_a_barge_in_empties_what_twilio_still_holds(line, voice):
    one = await line(ScriptedConversation(greeting=LONG))
    phone = await Telephone(one.url).connect()
    await phone.sound_after(await phone.sound_after(0) + 2)
    await phone.speak(await voice("Je voudrais réserver une table."))
    assert "clear" in [one["event"] for one in phone.events]
    assert one.notes.interruptions == 1


async def test_keys_reach_the_conversation_and_nonsense_does_not(line):
    one = await line()
    phone = await Telephone(one.url).connect()
    await phone.sound_after(0)
    for nonsense in ("", "bonjour", "[]", "3", '{"event": "dtmf"}', '{"event": "media"}'):
        await phone.socket.send(nonsense)
    await phone.event(event="media", media={"payload": "not base64"})
    await phone.event(event="dtmf", dtmf={"digit": "Z"})
    await phone.event(event="dtmf", dtmf={"digit": ["1"]})
    for digit in "42#":
        await phone.event(event="dtmf", streamSid="MZ1", dtmf={"digit": digit})
    await one.until(lambda: len(one.conversation.entries) == 3)
    assert one.conversation.entries == ["4", "2", "#"]
    assert not one.call._ending.is_set()


@pytest.mark.parametrize(
    ("stopped", "reason"),
    [(True, "customer-ended-call"), (False, "phone-call-provider-closed-websocket")],
)
async def test_a_caller_and_a_carrier_who_leave_are_told_apart(line, stopped, reason):
    one = await line()
    phone = await Telephone(one.url).connect()
    await phone.sound_after(0)
    if stopped:
        await phone.event(event="stop", streamSid="MZ1")
    await phone.hang_up()
    assert await one.ended() == reason


async def test_a_caller_is_forwarded_after_the_words_though_the_stream_stops_meanwhile(line):
    went = []

    async def forward(destination):
        went.append((destination, len(phone.events)))
        await phone.event(event="stop", streamSid="MZ1")
        await phone.hang_up()
        await asyncio.sleep(0.2)

    one = await line(forward=forward)
    phone = await Telephone(one.url).connect()
    await phone.silence_after(await phone.sound_after(0))
    await one.call.transfer(ELSEWHERE, "Je vous passe un collègue.")
    assert await one.ended() == "assistant-forwarded-call"
    assert [destination for destination, _ in went] == [ELSEWHERE]
    assert went[0][1] >= 1, "the mark after the words came first"


async def test_a_forward_that_fails_or_hangs_ends_the_call_by_that_name(line, monkeypatch):
    monkeypatch.setattr("allokoli.engine.audio.departure._FORWARD_S", 0.2)

    async def fails(_destination):
        raise RuntimeError("the carrier said no")

    async def hangs(_destination):
        await asyncio.Event().wait()

    for forward in (fails, hangs):
        one = await line(forward=forward)
        phone = await Telephone(one.url).connect()
        await phone.sound_after(0)
        await one.call.transfer(ELSEWHERE)
        assert await one.ended() == "call.in-progress.error-transfer-failed"
        await phone.hang_up()


@pytest.mark.parametrize("message", [{}, {"start": None}, {"start": []}, {"streamSid": 3}])
async def test_a_start_that_names_no_stream_is_refused(message):
    with pytest.raises(InvalidInput):
        TwilioLine(None, message, LineAudio())
