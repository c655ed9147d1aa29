"""Orders to running calls: which are understood, and which are refused with a reason."""

import pytest

from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls.control import checked, of_caller
from allokoli.engine.calls.voice import AudioFormat

NUMBER = {"type": "number", "number": "+33123456789"}


def test_to_say_takes_its_words_by_both_of_their_names():
    assert checked({"type": "say", "content": "Bonjour"}) == checked(
        {"type": "say", "message": "Bonjour", "interruptionsEnabled": True}
    )
    order = checked(
        {
            "type": "say",
            "content": "Bonjour",
            "endCallAfterSpoken": True,
            "interruptionsEnabled": False,
            "interruptAssistantEnabled": True,
        }
    )
    assert (order["end"], order["interruptible"], order["at_once"]) == (True, False, True)


def test_a_message_is_answered_unless_it_says_otherwise():
    message = {"role": "system", "content": "Il pleut."}
    assert checked({"type": "add-message", "message": message})["answer"]
    silent = {"type": "add-message", "message": message, "triggerResponseEnabled": False}
    assert not checked(silent)["answer"]
    assert not checked({"type": "append-context", "content": "Il pleut."})["answer"]
    developer = {"type": "add-message", "message": {"role": "developer", "content": "a"}}
    assert checked(developer)["role"] == "system"


@pytest.mark.parametrize(
    "control",
    ["mute-assistant", "unmute-assistant", "mute-customer", "unmute-customer", "say-first-message"],
)
def test_every_control_of_vapi_s_is_understood(control):
    assert checked({"type": "control", "control": control})["control"] == control


def test_a_call_is_moved_to_a_number_a_sip_address_or_another_assistant():
    sip = {"type": "sip", "sipUri": "sip:ana@example.org"}
    ada = {"type": "assistant", "assistantName": "Ada"}
    assert checked({"type": "transfer", "destination": NUMBER})["content"] == ""
    assert checked({"type": "transfer", "destination": sip, "content": "Un instant."})
    assert checked({"type": "handoff", "destination": ada})["destination"] == ada


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": None},
        {"type": []},
        {"type": {}},
        {"type": "dance"},
        {"type": "say"},
        {"type": "say", "content": "  "},
        {"type": "say", "content": 3},
        {"type": "say", "content": "a" * 5_001},
        {"type": "say", "content": "a", "endCallAfterSpoken": "yes"},
        {"type": "add-message"},
        {"type": "add-message", "message": "a"},
        {"type": "add-message", "message": {"role": "root", "content": "a"}},
        {"type": "add-message", "message": {"role": ["user"], "content": "a"}},
        {"type": "append-context"},
        {"type": "control", "control": "explode"},
        {"type": "control", "control": ["mute-customer"]},
        {"type": "transfer"},
        {"type": "transfer", "destination": {"type": "number"}},
        {"type": "transfer", "destination": {"type": "assistant", "assistantName": "Ada"}},
        {"type": "transfer", "destination": NUMBER, "content": 3},
        {"type": "transfer", "destination": NUMBER, "content": ["a"]},
        {"type": "handoff", "destination": NUMBER},
        {"type": "handoff", "destination": {"type": ["assistant"]}},
        {"type": "send-transport-message", "message": {"transport": "twilio", "twiml": "<a/>"}},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(body):
    with pytest.raises(Invalid) as refusal:
        checked(body)
    assert refusal.value.status == 400
    assert refusal.value.message


def test_audio_has_vapi_s_defaults():
    assert AudioFormat.of(None) == AudioFormat("pcm_s16le", 16_000)
    assert AudioFormat.of({"format": "mulaw"}) == AudioFormat("mulaw", 8_000)
    assert AudioFormat.of({"format": "pcm_s16le", "sampleRate": 48_000.0}).bytes_per_s == 96_000


@pytest.mark.parametrize(
    "wire",
    [
        "pcm",
        [],
        {"format": "mp3"},
        {"format": ["mulaw"]},
        {"sampleRate": "16000"},
        {"sampleRate": True},
        {"sampleRate": 7_999},
        {"sampleRate": 192_000},
        {"sampleRate": 16_000.5},
        {"sampleRate": float("nan")},
        {"sampleRate": float("inf")},
        {"format": "mulaw", "sampleRate": 16_000},
        {"container": "wav"},
        {"container": []},
    ],
)
def test_audio_this_engine_does_not_speak_is_refused_before_the_call(wire):
    with pytest.raises(Invalid):
        AudioFormat.of(wire)


def test_callers_end_and_mute_but_choose_nobody_to_answer_them():
    assert of_caller({"type": "hangup"})["type"] == "end-call"
    assert of_caller({"type": "say", "content": "Bonjour"})["type"] == "say"
    for destination in (
        {"type": "assistant", "assistant": {"model": {"provider": "openai"}}},
        {"type": "assistant", "assistantId": "a"},
        {"type": "squad", "squad": {"members": []}},
    ):
        order = {"type": "handoff", "destination": destination}
        assert checked(order)["type"] == "handoff"
        with pytest.raises(Invalid):
            of_caller(order)
