"""A caller begins in French and goes on in English with an assistant that has both."""

import pytest
from caller import Caller
from owner import RESTAURANT, Owner

pytestmark = [pytest.mark.audio, pytest.mark.process, pytest.mark.timeout(240)]


def said(caller, role):
    """The final words of one side, as the call tells them."""
    return [
        one["transcript"]
        for one in caller.messages
        if one.get("type") == "transcript"
        and one["role"] == role
        and one["transcriptType"] == "final"
    ]


async def test_a_caller_goes_on_in_english_and_is_answered_in_english(product, speech):
    owner = Owner(product)
    made = owner.api.post(
        "/assistants", json={"blueprint": RESTAURANT | {"languages": ["fr", "en"]}}
    )
    assert made.status_code == 201, made.text
    caller = Caller()
    answer = owner.start_web_call(made.json()["id"], await caller.offer())
    await caller.take(answer)
    await caller.silence_after(0.0, within_s=60)

    async def tell(sentence, language):
        pcm = b"".join([piece async for piece in speech.voices.say(sentence, language)])
        spoken_s = await caller.microphone.speak(pcm)
        answered_s = await caller.sound_after(spoken_s, within_s=30)
        await caller.silence_after(answered_s, within_s=60)
        return caller.heard_since(answered_s - 0.1)

    in_french = await tell("Bonjour, je voudrais réserver une table.", "fr")
    in_english = await tell("Sorry, do you speak English? I would like to book a table.", "en")
    await caller.hang_up()
    assert "English" in " ".join(said(caller, "user")[1:]), said(caller, "user")
    # What the caller heard tells by its sound in which language it was voiced.
    for pcm, language in ((in_french, "fr"), (in_english, "en")):
        heard = await speech.recognizer.hear(pcm, "fr", among=("fr", "en"))
        assert heard.language == language, said(caller, "assistant")
