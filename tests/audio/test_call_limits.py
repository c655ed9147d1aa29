"""Silence and length, on a clock that jumps."""

import pytest

from allokoli.engine.audio.latency import TurnClock
from allokoli.engine.audio.limits import Limits, Patience
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.unfinished import unfinished


def test_a_silent_caller_is_prompted_twice_then_left():
    patience = Patience(Limits(max_duration_s=600, silence_timeout_s=30), now_s=100)
    seen = [(s, patience.tick(100 + s, waiting=True)) for s in range(1, 31)]
    assert [(s, verdict) for s, verdict in seen if verdict] == [
        (10, "prompt"),
        (20, "prompt"),
        (30, "silent"),
    ]


def test_the_assistants_own_speech_is_not_the_callers_silence():
    patience = Patience(Limits(600, 30), now_s=0)
    assert all(patience.tick(s, waiting=False) is None for s in range(1, 200))
    assert patience.tick(208, waiting=True) is None


def test_a_word_from_the_caller_starts_the_count_again():
    patience = Patience(Limits(600, 30), now_s=0)
    assert patience.tick(12, waiting=True) == "prompt"
    patience.caller_spoke()
    assert patience.tick(21, waiting=True) is None
    assert patience.tick(23, waiting=True) == "prompt"


def test_a_call_is_never_longer_than_its_limit():
    patience = Patience(Limits(max_duration_s=60, silence_timeout_s=30), now_s=0)
    assert patience.tick(59.9, waiting=False) is None
    assert patience.tick(60, waiting=False) == "too long"


def test_what_was_heard_of_a_reply_is_in_proportion_to_what_was_played():
    spoken = Spoken()
    for text in ("Bonjour à tous.", "Voici un deux trois quatre."):
        spoken.begin(text)
        spoken.grow(1.0)
        spoken.grow(1.0)
    assert spoken.heard() == ""
    spoken.play(2.0)
    assert spoken.heard() == "Bonjour à tous."
    spoken.play(1.2)
    assert spoken.heard() == "Bonjour à tous. Voici un deux"
    assert spoken.cut() == "Bonjour à tous. Voici un deux"
    spoken.play(5)
    assert spoken.heard() == "Bonjour à tous. Voici un deux trois quatre."


def test_the_words_of_a_cut_sentence_are_given_once_though_the_next_reply_has_begun():
    spoken = Spoken()
    for text in ("Bonjour à tous.", "Voici un deux trois quatre."):
        spoken.begin(text)
        spoken.grow(2.0)
    spoken.play(3.2)
    spoken.cut()
    spoken.clear()
    spoken.begin("Pardon ?")
    assert spoken.take_cut() == "Voici un deux"
    assert spoken.take_cut() == ""


def test_a_turns_wait_is_split_without_losing_a_millisecond():
    now_s = 10.0
    turn = TurnClock(lambda: now_s)
    turn.speech_ended(0.2)
    now_s = 10.3
    turn.transcribed()
    now_s = 10.35
    turn.turn_given()
    now_s = 10.4
    turn.first_words()
    now_s = 10.5
    latency = turn.audible()
    assert latency is not None
    parts = (
        latency.endpointing_ms,
        latency.transcriber_ms,
        latency.model_ms,
        latency.voice_ms,
    )
    assert [round(part) for part in parts] == [250, 300, 50, 100]
    assert round(latency.turn_ms) == round(sum(parts)) == 700


def test_a_greeting_has_no_latency():
    turn = TurnClock()
    turn.first_words()
    assert not turn.awaits_sound
    assert turn.audible() is None


@pytest.mark.parametrize(
    ("text", "language", "more"),
    [
        ("C'est le 06.", "fr", True),
        ("C'est le 06 22 33", "fr", True),
        ("06, 22, 33, 44,", "fr", True),
        ("C'est le 06 22 33 44 55.", "fr", False),
        ("+33 6 22 33", "fr", True),
        ("Zéro, six, un, un, deux, trois.", "fr", True),
        ("0 6 1 1 2 2 3", "fr", True),
        ("Zéro, six, un, un, deux, deux, trois, trois, quatre, quatre.", "fr", False),
        ("0 6 1 1 2 2 3 3 4 4", "fr", False),
        ("Zéro.", "fr", False),
        ("oh seven seven", "en", True),
        ("Je voudrais une table pour", "fr", True),
        ("Au nom de... euh...", "fr", True),
        ("Je m'appelle", "fr", True),
        ("Pour 4 personnes.", "fr", False),
        ("Samedi à 20h.", "fr", False),
        ("Oui.", "fr", False),
        ("Bonjour,", "fr", True),
        ("Oui, bonsoir madame.", "fr", True),
        ("Bonjour, c'est Julie.", "fr", False),
        ("Good morning.", "en", True),
        ("שלום.", "he", True),
        ("אפס, חמש, שתיים.", "he", True),
        ("", "fr", False),
        ("A table for", "en", True),
        ("At eight pm.", "en", False),
    ],
)
def test_words_that_call_for_more_are_waited_for(text: str, language: str, more: bool):
    assert unfinished(text, language) is more
