"""What the voice is given to read."""

import re

import pytest

from allokoli.engine.speech.spoken_text import sentences, spoken_text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Au 06 12 34 56 78.", "Au zéro 6, 12, 34, 56, 78."),
        ("Au 0612345678.", "Au zéro 6, 12, 34, 56, 78."),
        ("Au 01.42.68.53.00", "Au zéro 1, 42, 68, 53, zéro zéro"),
        ("Au +33 6 12 34 56 78", "Au plus 33, 6, 12, 34, 56, 78"),
        ("Samedi à 20 h.", "Samedi à 20 heures."),
        ("Samedi à 20 h 30.", "Samedi à 20 heures 30."),
        ("Samedi à 20h05", "Samedi à 20 heures zéro 5"),
        ("Samedi à 20:30", "Samedi à 20 heures 30"),
        ("À 1 h, à 12h, à 0h", "À une heure, à midi, à minuit"),
        ("24,50 €", "24 euros 50"),
        ("24\u00a0€", "24 euros"),
        ("1 €", "1 euro"),
        ("Écrivez à contact@bistrot.fr", "Écrivez à contact arobase bistrot point fr"),
        ("Le n° 12", "Le numéro 12"),
        ("75011 Paris", "75, zéro 11 Paris"),
        ("« Le Bistrot »", "Le Bistrot"),
        ("L’été – enfin ! 🎉", "L'été, enfin !"),
        ("Je note : 4 personnes ; samedi", "Je note, 4 personnes, samedi"),
        ("<volume level='200'>fort</volume>", "volume level='200' fort /volume"),
    ],
)
def test_french_is_rewritten_as_a_person_reads_it(written: str, read: str):
    assert spoken_text(written, "fr") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Call (415) 555-0132.", "Call 4 1 5, 5 5 5, 0 1 3 2."),
        ("Call +33 6 12 34 56 78", "Call plus 3 3, 6, 1 2, 3 4, 5 6, 7 8"),
        ("At 19:00 or 8:30 pm", "At 19 o'clock or 8 30 pm"),
        ("Write to me@bistro.com", "Write to me at bistro dot com"),
        ("Table 12 for 4 people", "Table 12 for 4 people"),
    ],
)
def test_english_is_rewritten_as_a_person_reads_it(written: str, read: str):
    assert spoken_text(written, "en") == read


def test_dates_and_plain_numbers_are_left_to_the_voice():
    text = "Le samedi 22 novembre 2026, pour 4 personnes."
    assert spoken_text(text, "fr") == text


def test_a_text_is_split_at_its_sentences_only():
    text = "Très bien. M. Dupont vous attend ! À bientôt ? Il est 20.30 environ"
    assert sentences(text) == [
        "Très bien.",
        "M. Dupont vous attend !",
        "À bientôt ?",
        "Il est 20.30 environ",
    ]
    assert sentences("  ") == []


@pytest.mark.parametrize("endless", ["a" * 3_000, "1" * 3_000, "x" + "-" * 3_000 + "y", "a-" * 900])
def test_nothing_is_so_long_that_the_voice_chokes_on_it(endless):
    read = spoken_text(f"Voici : {endless}, voilà.", "fr")
    assert max(len(word) for word in read.split()) <= 61
    assert "-----" not in read
    assert not re.search(r"\d{13}", read)
