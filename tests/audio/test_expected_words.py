"""Words that a transcriber expects are heard in noise and by telephone where it guessed without."""

import pytest
from spoken_lines import LINES, over

from allokoli.blueprint.catalog import templates
from allokoli.blueprint.compiler import compile_assistant
from allokoli.core.settings import get_settings
from allokoli.engine.audio.keyterms import keyterms
from allokoli.engine.speech import ensure_models
from allokoli.engine.speech.recognizer import Recognizer
from allokoli.engine.speech.voice import Voices

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]
SAID = {
    "Une chambre double pour deux nuits.": ("hotel", "chambre double"),
    "C'est pour une vidange et les plaquettes de frein.": ("garage", "vidange"),
    "sophie point martin arobase gmail point com": ("lawyer", "gmail"),
    "On est allergiques aux arachides.": ("restaurant", "arachide"),
    "un balayage": ("hairdresser", "balayage"),
}


@pytest.fixture(scope="module")
def recognizer():
    settings = get_settings()
    models = ensure_models(settings.models_dir, settings.whisper_model)
    made = Recognizer(models.whisper, workers=1)
    yield made
    made.close()


async def test_what_a_trade_s_callers_say_is_heard_over_bad_lines(recognizer):
    voices = Voices()
    expected = {one.key: terms(one.blueprint) for one in templates("fr")}
    heard = {True: 0, False: 0}
    for sentence, (template, telling) in SAID.items():
        pcm = b"".join([piece async for piece in voices.say(sentence, "fr")])
        for line in LINES[1:]:
            for told in heard:
                words = expected[template] if told else ()
                made = recognizer.hear_now(over(line, pcm, 1), "fr", keyterms=words)
                heard[told] += telling in made.text.lower()
    voices.close()
    assert heard[True] >= heard[False] + 4, heard


async def test_words_to_expect_are_not_heard_where_nobody_says_them(recognizer):
    voices = Voices()
    pcm = b"".join([piece async for piece in voices.say("Je rappellerai plus tard.", "fr")])
    voices.close()
    words = tuple(f"mot numéro {index}" for index in range(40))
    made = recognizer.hear_now(over("noisy", pcm, 1), "fr", keyterms=words)
    assert "mot" not in made.text
    assert recognizer.hear_now(bytes(64_000), "fr", keyterms=words).text == ""


def terms(blueprint):
    compiled = compile_assistant(blueprint, guided_url="http://x.test", server_url="http://x.test")
    return keyterms(compiled["transcriber"])
