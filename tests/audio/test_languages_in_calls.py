"""A caller goes on in another language of the assistant: understood in it, and answered in it."""

import pytest
from scripted import ScriptedConversation, unheard

from allokoli.engine.audio.tongues import Tongues
from allokoli.engine.conversation.events import Say

FRENCH = "Bonjour, je voudrais réserver une table."
ENGLISH = "Sorry, do you speak English? I would like to book a table."
IN_FRENCH = "Très bien. Pour combien de personnes ?"
IN_ENGLISH = "Of course. For how many people would you like the table?"


def assistant(*languages, transcriber="multi"):
    return {
        "metadata": {"blueprint": {"languages": list(languages)}} if languages else {},
        "transcriber": {"provider": "deepgram", "language": transcriber},
    }


class Bilingual(ScriptedConversation):
    async def hear(self, text):
        self.turns.append(text)
        yield Say(IN_ENGLISH if "English" in text or "people" in text else IN_FRENCH)


@pytest.mark.audio
@pytest.mark.timeout(300)
async def test_a_caller_who_goes_on_in_english_is_understood_and_answered_by_the_english_voice(
    start_call, speech, voice
):
    one = await start_call(Bilingual(), assistant=assistant("fr", "en"))
    await one.caller.silence_after(0)
    answers = []
    for sentence, language in ((FRENCH, "fr"), (ENGLISH, "en"), ("For four people.", "en")):
        spoke_s = await one.caller.microphone.speak(await voice(sentence, language))
        answered_s = await one.caller.sound_after(spoke_s)
        await one.caller.silence_after(answered_s)
        answers.append(one.caller.heard_since(answered_s - 0.1))
    first, second, _third = one.conversation.turns
    assert unheard(FRENCH, first) <= 0.1
    assert unheard(ENGLISH, second) <= 0.2
    # What was played tells by its sound in which language it was voiced.
    heard = [await speech.recognizer.hear(pcm, "fr", among=("fr", "en")) for pcm in answers]
    assert [one.language for one in heard] == ["fr", "en", "en"]
    assert unheard(IN_ENGLISH, heard[1].text) <= 0.2


@pytest.mark.audio
@pytest.mark.timeout(300)
async def test_an_assistant_of_one_language_keeps_to_it(start_call, voice):
    one = await start_call(Bilingual(), assistant=assistant("fr", transcriber="fr"))
    await one.caller.silence_after(0)
    spoke_s = await one.caller.microphone.speak(await voice("Oui, c'est parfait.", "fr"))
    await one.caller.sound_after(spoke_s)
    assert unheard("Oui, c'est parfait.", one.conversation.turns[0]) <= 0.1


@pytest.mark.audio
async def test_each_language_is_told_from_the_other_by_its_sound(speech, voice):
    for sentence, language in (
        (FRENCH, "fr"),
        ("Non merci.", "fr"),
        ("Je m'appelle Claire Bernard.", "fr"),
        (ENGLISH, "en"),
        ("Yes, that is perfect.", "en"),
        ("Tomorrow evening at eight.", "en"),
    ):
        pcm = await voice(sentence, language)
        for expected in ("fr", "en"):
            heard = await speech.recognizer.hear(pcm, expected, among=("fr", "en"))
            assert heard.language == language, (sentence, expected)
        alone = await speech.recognizer.hear(pcm, "fr")
        assert alone.language == "fr", "nobody asked for another"


@pytest.mark.audio
async def test_a_sound_too_short_to_tell_is_heard_in_the_language_spoken(speech, voice):
    pcm = await voice("Oui.", "fr")
    for spoken in ("fr", "en"):
        assert (await speech.recognizer.hear(pcm, spoken, among=("fr", "en"))).language == spoken


@pytest.mark.parametrize(
    ("who", "among"),
    [
        (assistant("fr"), ("fr",)),
        (assistant("fr", transcriber="fr"), ("fr",)),
        (assistant("fr", "en"), ("fr", "en")),
        (assistant(), ("fr", "en")),
        ({}, ("fr",)),
        ({"metadata": {"blueprint": {"languages": "fr"}}, "transcriber": 5}, ("fr",)),
    ],
    ids=["one", "one-fr", "two", "multi", "nothing", "odd"],
)
def test_the_languages_of_an_assistant(who, among):
    if who.get("metadata") == {"blueprint": {"languages": ["fr"]}}:
        who = who | {"transcriber": {"language": "fr"}}
    tongues = Tongues("fr", pytest.fail)
    tongues.begin(who, local=True)
    assert tongues.among == among


def test_a_language_without_a_voice_is_left_out_and_its_owner_told():
    warnings = []
    tongues = Tongues("fr", warnings.append)
    tongues.begin(assistant("fr", "he", "en"), local=True)
    assert tongues.among == ("fr", "en")
    assert warnings == ["No local voice speaks Hebrew: a caller who does is answered in French."]
    tongues = Tongues("fr", pytest.fail)
    tongues.begin(assistant("fr", "he"), local=False)
    assert tongues.among == ("fr", "he"), "the voice of a provider is trusted with it"


def test_a_short_sentence_is_voiced_like_the_rest_of_its_reply():
    tongues = Tongues("fr", pytest.fail)
    tongues.begin(assistant("fr", "en"), local=True)
    reply = "Perfect. What is the name for the booking, please?"
    assert tongues.of("Perfect.", reply) == "en"
    assert tongues.now == "en"
    assert tongues.of("OK.", "OK.") == "en", "nothing says that the language changed"
    back = "D'accord. C'est à quel nom, s'il vous plaît ?"
    assert tongues.of("D'accord.", back) == "fr"


def test_whoever_takes_over_speaks_their_own_language():
    tongues = Tongues("fr", pytest.fail)
    tongues.begin(assistant("fr"), local=True)
    tongues.take(assistant("en"))
    assert tongues.now == "en"
    tongues.take(assistant("he", transcriber="he"))
    assert tongues.now == "en", "no voice speaks Hebrew"
