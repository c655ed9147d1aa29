"""The recognizer understands what the voice says."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from scripted import letters, unheard

from allokoli.engine.speech import VoiceUnavailable, recognizer
from allokoli.engine.speech import voice as voice_module
from allokoli.engine.speech.spoken_text import sentences

pytestmark = pytest.mark.audio

FRENCH = [
    "Bonjour, je voudrais réserver une table.",
    "Pour quatre personnes, samedi à vingt heures.",
    "Je m'appelle Sophie Martin.",
    "Demain soir à vingt heures trente.",
    "Oui, c'est parfait.",
    "Non, aucune allergie.",
    "Finalement nous serons cinq personnes.",
]
ENGLISH = [
    "Hello, I would like to book a table.",
    "For four people, on Saturday evening.",
    "Yes, that is perfect, thank you.",
]
_FIGURES = {"quatre": "4", "cinq": "5", "vingt heures trente": "20h30", "vingt heures": "20h"}
_ENGLISH_FIGURES = {"four": "4"}


def _in_figures(text: str, figures: dict[str, str]) -> str:
    for word, figure in figures.items():
        text = text.replace(word, figure)
    return text


@pytest.mark.parametrize(
    ("language", "said", "figures"),
    [("fr", FRENCH, _FIGURES), ("en", ENGLISH, _ENGLISH_FIGURES)],
    ids=["French", "English"],
)
async def test_what_the_voice_says_is_understood(speech, voice, language, said, figures):
    rates = []
    for text in said:
        heard = await speech.recognizer.hear(await voice(text, language), language)
        rates.append(unheard(_in_figures(text, figures), _in_figures(heard.text.lower(), figures)))
    assert sum(rates) / len(rates) <= 0.08, list(zip(said, rates, strict=True))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Votre numéro est le 06 22 33 44 55.", "06 22 33 44 55"),
        ("Rendez-vous samedi à 20 h.", "20h"),
        ("Rendez-vous samedi à 20 h 30.", "20h30"),
        ("Le menu est à 24 euros 50, le samedi 14 novembre.", "14 novembre"),
    ],
)
async def test_numbers_are_read_so_that_they_are_understood(speech, voice, written, expected):
    heard = await speech.recognizer.hear(await voice(written), "fr")
    assert expected in heard.text.replace(",", "")


async def test_noise_is_not_taken_for_words(speech):
    hiss = np.random.default_rng(1).normal(0, 800, 24_000).astype(np.int16)
    hum = (np.sin(np.arange(24_000) / 10) * 5_000).astype(np.int16)
    for noise in (hiss, hum, np.zeros(24_000, np.int16)):
        heard = await speech.recognizer.hear(noise.tobytes(), "fr", context="À quel nom ?")
        assert heard.text == ""


async def test_many_calls_share_one_recognizer_and_one_voice(speech, voice):
    texts = [f"Bonjour, une table pour {count}." for count in ("deux", "trois", "cinq", "six")] * 2
    said = await asyncio.gather(*(voice(text) for text in texts))
    heard = await asyncio.gather(*(speech.recognizer.hear(pcm, "fr") for pcm in said))
    assert [letters(one.text) for one in heard[:4]] == [letters(one.text) for one in heard[4:]]
    assert all("table" in one.text for one in heard)


async def test_the_voice_starts_long_before_a_long_text_is_voiced(speech, monkeypatch):
    begun: list[str] = []

    def one_by_one(text: str) -> Iterator[str]:
        for sentence in sentences(text):
            begun.append(sentence)
            yield sentence

    monkeypatch.setattr(voice_module, "sentences", one_by_one)
    voiced = speech.voices.say("Nous sommes ouverts tous les jours, midi et soir. " * 20, "fr")
    first = await anext(aiter(voiced))
    assert len(begun) == 1
    assert sum([len(piece) async for piece in voiced]) > 9 * len(first)
    assert len(begun) == 20
    assert np.abs(np.frombuffer(first, np.int16)[:1_600].astype(int)).max() > 300


async def test_no_voice_is_pretended_for_hebrew(speech):
    with pytest.raises(VoiceUnavailable, match="French or English"):
        await anext(aiter(speech.voices.say("שלום", "he")))


@pytest.mark.parametrize(
    ("imagined", "kept"),
    [
        ("Non, aucune allergie. Non, aucune allergie.", "Non, aucune allergie."),
        ("Oui, oui.", "Oui, oui."),
        ("06 22 33 06 22 33", "06 22 33 06 22 33"),
    ],
)
def test_a_sentence_the_model_says_twice_is_kept_once(imagined, kept):
    assert recognizer._once(imagined) == kept


def test_the_sentence_that_shows_the_style_is_noticed_when_it_comes_back():
    style = recognizer._STYLE["fr"]
    assert recognizer._echoes("3 personnes vendredi à 12h15", style)
    assert not recognizer._echoes("Samedi à 20h, pour 4 personnes.", style)
