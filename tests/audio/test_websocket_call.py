"""Whole calls over a WebSocket that carries raw audio."""

import asyncio
import contextlib
import time

import numpy as np
import pytest
from lines import lines
from scripted import ANSWER, GREETING, LONG, ScriptedConversation, unheard
from socket_caller import SocketCaller

from allokoli.engine.calls.voice import AudioFormat, ListenerTooSlow

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]
SENTENCE = "Je voudrais réserver une table."


@pytest.fixture
async def line(speech, tmp_path):
    """`await line(…)`: a call that waits for its caller at `.url`."""
    async with lines(speech, tmp_path) as start:
        yield start


@pytest.mark.parametrize(
    ("encoding", "rate"),
    [("pcm_s16le", 16_000), ("pcm_s16le", 48_000), ("pcm_s16le", 8_000), ("mulaw", 8_000)],
)
async def test_a_french_caller_is_greeted_understood_and_answered(
    line, voice, speech, encoding, rate
):
    one = await line(audio_format=AudioFormat(encoding, rate))
    caller = await SocketCaller(one.url, encoding, rate).connect()
    greeted_s = await caller.sound_after(0)
    await caller.silence_after(greeted_s)
    heard = await speech.recognizer.hear(caller.heard_since(greeted_s - 0.1), "fr")
    tolerated = 0.2 if rate > 8_000 else 0.4  # a telephone's sound is harder to recognize
    assert unheard(GREETING, heard.text) <= tolerated
    spoke_s = await caller.speak(await voice(SENTENCE))
    answered_s = await caller.sound_after(spoke_s)
    await caller.silence_after(answered_s)
    assert unheard(SENTENCE, one.conversation.turns[0]) <= tolerated
    heard = await speech.recognizer.hear(caller.heard_since(answered_s - 0.1), "fr")
    assert unheard(ANSWER, heard.text) <= tolerated
    for _ in range(3):  # as people do when they are not understood on the telephone
        await caller.speak(await voice("Merci beaucoup, au revoir."))
        with contextlib.suppress(TimeoutError):
            assert await one.ended(8) == "assistant-ended-call"
            break
    assert caller.messages[-1] == {
        "type": "status-update",
        "status": "ended",
        "endedReason": "assistant-ended-call",
    }
    assert (await caller.over())[0] == 1000


async def test_a_caller_who_barges_in_silences_the_voice(line, voice):
    one = await line(ScriptedConversation(greeting=LONG))
    caller = await SocketCaller(one.url).connect()
    started_s = await caller.sound_after(0)
    await caller.sound_after(started_s + 3)
    barged_s = time.monotonic()
    spoken = caller.speak(await voice("Je voudrais réserver une table."))
    silent_s = await caller.silence_after(started_s, lasting_s=0.6)
    assert silent_s - barged_s < 2.5
    await spoken
    assert one.notes.interruptions == 1


async def test_a_sentence_sent_at_once_and_in_odd_pieces_is_heard_whole(line, voice):
    """Faster than speech, cut in the middle of samples: nothing is lost."""
    one = await line()
    caller = await SocketCaller(one.url).connect(speaking=False)
    await caller.silence_after(await caller.sound_after(0))
    audio = caller.encoded(bytes(16_000) + await voice(SENTENCE) + bytes(64_000))
    for at in range(0, len(audio), 3_331):
        await caller.socket.send(audio[at : at + 3_331])
    await one.until(lambda: one.conversation.turns, within_s=15)
    assert unheard(SENTENCE, one.conversation.turns[0]) <= 0.2


async def test_what_is_no_audio_and_no_message_is_answered_and_harms_nothing(line, voice):
    one = await line()
    caller = await SocketCaller(one.url).connect()
    await caller.silence_after(await caller.sound_after(0))
    for nonsense in ("", "bonjour", "[1]", '{"type": 3}', "{" * 5_000, '{"a":' * 3_000):
        await caller.socket.send(nonsense)
    await caller.socket.send(b"")
    await caller.socket.send(b"\x01")
    await caller.socket.send(b"\x00")
    await one.until(lambda: len(caller.messages) == 6)
    assert {m["type"] for m in caller.messages} == {"error"}
    await caller.speak(await voice(SENTENCE))
    await one.until(lambda: one.conversation.turns)


async def test_messages_reach_the_engine_and_hanging_up_by_message_ends_the_call(line):
    one = await line()
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(0)
    await caller.send({"type": "control", "control": "mute-assistant"})
    await one.until(lambda: one.told == [{"type": "control", "control": "mute-assistant"}])
    await caller.send({"type": "hangup"})
    assert await one.ended() == "customer-ended-call"


@pytest.mark.parametrize("how", ["hang_up", "vanish"])
async def test_a_caller_who_leaves_ends_the_call(line, how):
    one = await line()
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(0)
    await getattr(caller, how)()
    assert await one.ended() == "customer-ended-call"


async def test_a_frame_too_large_for_the_engine_ends_that_call_only(line):
    one, other = await line(), await line()
    caller, bystander = await SocketCaller(one.url).connect(), SocketCaller(other.url)
    await bystander.connect()
    await caller.sound_after(0)
    await caller.socket.send(bytes(20_000_000))
    assert await one.ended() == "customer-ended-call"
    assert (await caller.over())[0] == 1009
    await bystander.sound_after(time.monotonic() - 0.5)
    assert not other.call._ending.is_set()


async def test_a_client_that_takes_no_messages_is_given_up(line, monkeypatch):
    monkeypatch.setattr("allokoli.engine.audio.transports.paced_socket._MAX_WAITING", 3)
    one = await line()
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(0)
    caller.socket.transport.pause_reading()
    for _ in range(60):
        one.call.send({"type": "transcript", "transcript": "a" * 900_000})
    assert await one.ended() == "customer-ended-call"


async def test_a_muted_assistant_is_not_heard_and_a_muted_caller_is_not_understood(line, voice):
    one = await line(ScriptedConversation(greeting=LONG))
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(0)
    await one.call.mute("assistant", on=True)
    muted_s = await caller.silence_after(0, lasting_s=1.0)
    await one.call.mute("assistant", on=False)
    await caller.silence_after(await caller.sound_after(muted_s + 0.9))
    await one.call.mute("customer", on=True)
    await caller.speak(await voice(SENTENCE))
    await one.call.mute("customer", on=False)
    assert one.conversation.turns == []


async def test_those_who_listen_hear_both_sides_and_the_messages_until_the_end(line, voice):
    one = await line()
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(0)
    heard, messages = bytearray(), []

    async def listen():
        async for piece in one.call.listen():
            if isinstance(piece, bytes):
                heard.extend(piece)
            else:
                messages.append(piece)

    listening = asyncio.create_task(listen())
    await caller.silence_after(0)
    await caller.speak(await voice(SENTENCE))
    await caller.silence_after(await caller.sound_after(time.monotonic()))
    one.call.send({"type": "transcript", "transcript": "Bonjour"})
    await caller.hang_up()
    await one.ended()
    await asyncio.wait_for(listening, 5)
    both = np.frombuffer(bytes(heard), np.int16).reshape(-1, 2)
    assert (np.abs(both.astype(int)).max(axis=0) > 1_000).all()
    assert {"type": "transcript", "transcript": "Bonjour"} in messages


async def test_a_listener_who_does_not_keep_up_is_dropped_and_the_call_goes_on(line):
    one = await line()
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(0)
    slow = one.call.listen()
    await anext(slow)
    for _ in range(100):
        one.call.send({"type": "transcript", "transcript": "Bonjour"})
    with pytest.raises(ListenerTooSlow):
        await anext(slow)
    assert not one.call._ending.is_set()
