"""The words a transcriber is told to expect, by any of the names Vapi gives them."""

import pytest

from allokoli.blueprint.catalog import templates
from allokoli.blueprint.compiler import compile_assistant
from allokoli.engine.audio.keyterms import keyterms


@pytest.mark.parametrize(
    ("transcriber", "expected"),
    [
        ({"keyterm": ["brushing", "une mèche"]}, ("brushing", "une mèche")),
        ({"keywords": ["AlloKoli:2", "Mario:-1", "Koli"]}, ("AlloKoli", "Mario", "Koli")),
        ({"keytermsPrompt": ["Mario"], "keyterm": ["Mario", " "]}, ("Mario",)),
        ({}, ()),
        ({"keyterm": "brushing", "keywords": None}, ()),
        ({"keyterm": [1, None, {"a": 1}, "x" * 61, "y" * 60]}, ("y" * 60,)),
    ],
    ids=["keyterm", "keywords", "both", "none", "not-lists", "not-words"],
)
def test_words_to_expect(transcriber, expected):
    assert keyterms(transcriber) == expected


def test_no_more_words_are_kept_than_can_be_used():
    assert len(keyterms({"keyterm": [f"mot {index}" for index in range(5_000)]})) == 40


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_word_an_assistant_of_ours_expects_is_kept(language):
    for one in templates(language):
        assistant = compile_assistant(one.blueprint, guided_url="http://x", server_url="http://x")
        transcriber = assistant["transcriber"]
        assert keyterms(transcriber) == tuple(transcriber["keyterm"]) != (), one.key
