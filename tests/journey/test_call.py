"""Calls to a running product, by WebRTC, with real voices."""

import pytest
from owner import Owner
from phone import RESERVATION, Person, loudness, noted, reservation, seconds
from product import wait_until

pytestmark = [pytest.mark.audio, pytest.mark.process, pytest.mark.timeout(240)]


@pytest.fixture
def owner(product):
    return Owner(product)


async def test_a_reservation_by_voice_is_what_the_caller_said(owner, speech, tmp_path):
    person = await Person(owner, speech).call(owner.make_assistant())
    for sentence in RESERVATION:
        await person.say(sentence)
    await person.finish()
    call = owner.ended_call()
    await person.caller.hang_up()
    assert noted(call) == reservation(), written(call)
    assert call["ended_reason"] == "assistant-ended-call"
    assert call["analysis"]["summary"]
    assert min(loudness(owner.recording(call["id"], tmp_path / "call.wav"))) > 0.05


async def test_a_call_outlives_the_web_process(owner, speech):
    person = await Person(owner, speech).call(owner.make_assistant())
    for sentence in RESERVATION[:2]:
        await person.say(sentence)
    owner.product.kill("serve")
    for sentence in RESERVATION[2:]:
        await person.say(sentence)
    await person.finish()
    wait_until(lambda: owner.api.get("/calls").is_success, within_s=30)
    call = owner.ended_call(within_s=90)
    await person.caller.hang_up()
    assert noted(call) == reservation(), written(call)


async def test_a_killed_engine_leaves_an_honest_reason_and_the_recording(owner, speech, tmp_path):
    person = await Person(owner, speech).call(owner.make_assistant())
    await person.say(RESERVATION[0])
    owner.product.kill("engine")
    await person.caller.hang_up()
    call = owner.ended_call(within_s=90)
    assert "worker" in call["ended_reason"] or "error" in call["ended_reason"]
    said = [message["content"] for message in call["messages"] if message["role"] == "user"]
    assert "réserver" in " ".join(said)
    recording = owner.recording(call["id"], tmp_path / "call.wav")
    assert min(loudness(recording)) > 0.05
    assert seconds(recording) > 5


def written(call: dict) -> str:
    """The transcript, for whoever reads a failure."""
    return "\n".join(f"{message['role']}: {message['content']}" for message in call["messages"])
