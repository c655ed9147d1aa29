"""Whole calls over WebRTC, with real voices."""

import asyncio
import time
import wave

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from scripted import (
    ANSWER,
    GOODBYE,
    GREETING,
    LONG,
    PROMPT,
    Notes,
    ScriptedConversation,
    unheard,
)

from allokoli.engine.audio.limits import Limits
from allokoli.engine.audio.transports.webrtc import InvalidOffer
from allokoli.engine.audio.voice_call import VoiceCall
from allokoli.engine.speech import VoiceUnavailable
from allokoli.engine.wav import finish_recording

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]


async def test_a_caller_is_greeted_understood_answered_and_bid_goodbye(start_call, speech, voice):
    one = await start_call()
    greeted_s = await one.caller.sound_after(0)
    await one.caller.silence_after(greeted_s)
    heard = await speech.recognizer.hear(one.caller.heard_since(greeted_s - 0.1), "fr")
    assert unheard(GREETING, heard.text) <= 0.2
    assert one.notes.is_connected

    spoke_s = await one.caller.microphone.speak(
        await voice("Bonjour, je voudrais réserver une table.")
    )
    answered_s = await one.caller.sound_after(spoke_s)
    await one.caller.silence_after(answered_s)
    assert unheard("Bonjour, je voudrais réserver une table.", one.conversation.turns[0]) <= 0.1
    heard = await speech.recognizer.hear(one.caller.heard_since(answered_s - 0.1), "fr")
    assert unheard(ANSWER, heard.text) <= 0.2

    await one.caller.microphone.speak(await voice("Merci et au revoir."))
    assert await one.ended() == "assistant-ended-call"
    heard = await speech.recognizer.hear(one.caller.heard_since(answered_s + 4), "fr")
    assert unheard(GOODBYE, heard.text) <= 0.2, "the goodbye was cut before it was heard"
    assert one.caller.messages[0] == {
        "type": "status-update",
        "status": "ended",
        "endedReason": "assistant-ended-call",
    }

    assert one.notes.said("assistant") == [
        "Bonjour, bienvenue au Petit Bistrot.",
        "Voulez-vous réserver une table ?",
        "Très bien, je note votre demande.",
        "Pour combien de personnes ?",
        GOODBYE,
    ]
    assert one.notes.said("user") == one.conversation.turns
    assert [who for who, status in one.notes.speech if status == "started"] == [
        "assistant",
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    assert len(one.notes.latencies) == 2
    assert all(latency.turn_ms > 100 for latency in one.notes.latencies)

    left, right = await _recorded(one.recording)
    heard = [await speech.recognizer.hear(side.tobytes(), "fr") for side in (left, right)]
    assert (
        unheard("Bonjour je voudrais réserver une table merci et au revoir", heard[0].text) <= 0.2
    )
    assert "bistro" in heard[1].text.lower()
    assert "demande" in heard[1].text.lower()


async def test_a_caller_who_barges_in_silences_the_voice(start_call, voice):
    one = await start_call(ScriptedConversation(greeting=LONG))
    started_s = await one.caller.sound_after(0)
    await one.caller.sound_after(started_s + 3)
    barged_s = time.monotonic()
    spoken = one.caller.microphone.speak(await voice("Je voudrais réserver une table."))
    silent_s = await one.caller.silence_after(started_s, lasting_s=0.6)
    assert silent_s - barged_s < 2.5
    await spoken
    await one.caller.sound_after(silent_s + 0.6)
    assert one.notes.interruptions == 1
    assert len(one.conversation.turns) == 1
    (heard,) = one.conversation.cuts
    assert LONG.startswith(heard)
    assert 3 <= len(heard.split()) <= 25
    assert " ".join(one.notes.said("assistant"))[: len(heard)] == heard


async def test_a_caller_who_had_only_paused_is_heard_as_one_turn(start_call, voice):
    one = await start_call()
    await one.caller.silence_after(await one.caller.sound_after(0))
    first, second = (
        await voice("Pour quatre personnes."),
        await voice("Demain soir à vingt heures."),
    )
    await one.caller.microphone.speak(first)
    await one.until(lambda: one.notes.said("user"))
    spoke_s = await one.caller.microphone.speak(second)
    await one.caller.silence_after(await one.caller.sound_after(spoke_s))
    assert one.notes.resumptions == 1
    assert len(one.conversation.turns) == 1
    assert unheard("Pour 4 personnes, demain soir à 20h.", one.conversation.turns[0]) <= 0.2
    assert one.notes.said("user")[-1] == one.conversation.turns[0]


async def test_a_caller_understood_slowly_has_one_turn(start_call, speech, voice, monkeypatch):
    quick = speech.recognizer.hear
    heard = []

    async def hear(*args, **options):
        await asyncio.sleep(2.6)  # a busy machine: longer than a turn without words lasts
        heard.append(await quick(*args, **options))
        return heard[-1]

    one = await start_call()
    await one.caller.silence_after(await one.caller.sound_after(0))
    monkeypatch.setattr(speech.recognizer, "hear", hear)
    spoke_s = await one.caller.microphone.speak(await voice("Pour quatre personnes."))
    await one.caller.sound_after(spoke_s)
    assert one.notes.said("user") == one.conversation.turns
    assert len(one.conversation.turns) == len(heard) == 1
    assert one.notes.speech.count(("user", "started")) == 1


async def test_a_phone_number_said_pair_by_pair_comes_out_whole(start_call, voice):
    one = await start_call()
    await one.caller.silence_after(await one.caller.sound_after(0))
    number = "C'est le zéro six, vingt-deux, trente-trois, quarante-quatre, cinquante-cinq."
    spoke_s = await one.caller.microphone.speak(await voice(number))
    await one.caller.sound_after(spoke_s)
    digits = "".join(c for c in one.conversation.turns[0] if c.isdigit())
    assert digits == "0622334455"
    assert len(one.conversation.turns) == 1


async def test_a_silent_caller_is_prompted_then_the_call_ends(start_call):
    one = await start_call(limits=Limits(max_duration_s=60, silence_timeout_s=1.8))
    assert await one.ended(30) == "silence-timed-out"
    assert one.conversation.turns == ["", ""]
    assert one.notes.said("assistant")[-2:] == [PROMPT, PROMPT]


async def test_a_call_ends_at_its_longest(start_call):
    one = await start_call(
        ScriptedConversation(greeting=LONG), Limits(max_duration_s=1.5, silence_timeout_s=30)
    )
    assert await one.ended() == "exceeded-max-duration"


async def test_a_caller_who_hangs_up_ends_the_call(start_call):
    one = await start_call()
    await one.caller.sound_after(0)
    await one.caller.hang_up()
    assert await one.ended() == "customer-ended-call"
    left, right = await _recorded(one.recording)
    assert np.abs(right.astype(int)).max() > 1_000
    assert len(left) == len(right)


async def test_a_caller_hangs_up_by_the_data_channel_too(start_call):
    one = await start_call()
    await one.caller.sound_after(0)
    one.caller.send({"type": "end-call"})
    assert await one.ended() == "customer-ended-call"


async def test_the_engine_hangs_up_at_once(start_call):
    one = await start_call()
    await one.caller.sound_after(0)
    await one.call.hang_up("manually-canceled")
    assert await one.ended() == "manually-canceled"


async def test_a_last_message_is_heard_before_the_line_closes(start_call, speech):
    one = await start_call()
    greeted_s = await one.caller.sound_after(0)
    greeting_over_s = await one.caller.silence_after(greeted_s)
    await one.call.say(GOODBYE, then_end="assistant-ended-call-after-message-spoken")
    assert await one.ended() == "assistant-ended-call-after-message-spoken"
    heard = await speech.recognizer.hear(one.caller.heard_since(greeting_over_s + 0.1), "fr")
    assert unheard(GOODBYE, heard.text) <= 0.2


async def test_messages_cross_the_data_channel_both_ways(start_call):
    one = await start_call()
    await one.caller.sound_after(0)
    one.call.send({"type": "transcript", "transcript": "Bonjour"})
    one.caller.send({"type": "control", "control": "mute-assistant"})
    await one.caller.silence_after(0)
    assert one.caller.messages == [{"type": "transcript", "transcript": "Bonjour"}]
    assert one.client_messages == [{"type": "control", "control": "mute-assistant"}]


async def test_a_caller_who_vanishes_ends_the_call(start_call, monkeypatch):
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.3)
    monkeypatch.setattr("aioice.ice.CONSENT_FAILURES", 2)
    one = await start_call()
    await one.caller.sound_after(0)
    one.caller.vanish()
    assert await one.ended(25) == "customer-ended-call"


async def test_a_caller_who_never_connects_is_not_waited_for_forever(start_call):
    one = await start_call(connect=False, connect_timeout_s=1.0)
    assert await one.ended() == "call.in-progress.error-providerfault-transport-never-connected"
    assert not one.notes.is_connected
    assert finish_recording(one.recording) == 0


async def test_a_conversation_that_breaks_ends_the_call_honestly(start_call, voice):
    one = await start_call(ScriptedConversation(fails=True))
    await one.caller.silence_after(await one.caller.sound_after(0))
    await one.caller.microphone.speak(await voice("Bonjour, je voudrais réserver une table."))
    assert await one.ended() == "pipeline-error-custom-llm-llm-failed"


async def test_a_recognizer_that_breaks_ends_the_call_honestly(
    start_call, voice, monkeypatch, speech
):
    one = await start_call()
    await one.caller.silence_after(await one.caller.sound_after(0))
    pcm = await voice("Bonjour, je voudrais réserver une table.")

    def broken(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(speech.recognizer, "hear_now", broken)
    one.caller.microphone.speak(pcm)
    assert await one.ended() == "pipeline-error-vapi-transcriber-failed"


async def test_a_voice_that_breaks_ends_the_call_honestly(start_call, monkeypatch, speech):
    def broken(_language: str) -> None:
        raise RuntimeError("no voice left")

    monkeypatch.setattr(speech.voices, "_take", broken)
    one = await start_call()
    assert await one.ended() == "pipeline-error-vapi-voice-failed"


@pytest.mark.parametrize(
    ("sdp", "kind"),
    [
        ("", "offer"),
        ("hello", "offer"),
        ("v=0\r\nm=audio nonsense", "offer"),
        (
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
            "offer",
        ),
        ("\x00" * 100 + "m=audio", "offer"),
        ("m=audio", "answer"),
    ],
)
async def test_a_meaningless_offer_is_refused_in_one_sentence(speech, tmp_path, sdp, kind):
    call = VoiceCall(ScriptedConversation(), Notes(), tmp_path / "a.wav", Limits(), speech)
    with pytest.raises(InvalidOffer) as refusal:
        await call.answer_webrtc(sdp, kind)
    assert refusal.value.status == 422
    assert refusal.value.message.endswith(".")
    assert not (tmp_path / "a.wav").exists()


async def test_an_offer_without_audio_is_refused(speech, tmp_path):
    mute = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    mute.createDataChannel("events")
    await mute.setLocalDescription(await mute.createOffer())
    call = VoiceCall(ScriptedConversation(), Notes(), tmp_path / "a.wav", Limits(), speech)
    with pytest.raises(InvalidOffer, match="no audio"):
        await call.answer_webrtc(mute.localDescription.sdp, "offer")
    await mute.close()


def test_a_language_without_a_voice_is_refused_before_the_call(speech, tmp_path):
    with pytest.raises(VoiceUnavailable):
        VoiceCall(
            ScriptedConversation(language="he"), Notes(), tmp_path / "a.wav", Limits(), speech
        )


async def test_three_calls_run_side_by_side(start_call, voice):
    calls = [await start_call() for _ in range(3)]
    started = await asyncio.gather(*(one.caller.sound_after(0) for one in calls))
    await asyncio.gather(
        *(one.caller.silence_after(at) for one, at in zip(calls, started, strict=True))
    )
    pcm = await voice("Pour cinq personnes.")
    spoke = await asyncio.gather(*(one.caller.microphone.speak(pcm) for one in calls))
    await asyncio.gather(
        *(one.caller.sound_after(at) for one, at in zip(calls, spoke, strict=True))
    )
    assert all("5 personnes" in one.conversation.turns[0] for one in calls)


async def _recorded(path) -> tuple[np.ndarray, np.ndarray]:
    seconds = await asyncio.to_thread(finish_recording, path)
    with wave.open(str(path)) as file:
        assert file.getnframes() == round(seconds * 16_000)
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()
