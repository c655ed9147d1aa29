"""A caller whose name the line garbles: it is asked for otherwise, and put right."""

import pytest

BEFORE = ["Une table pour 4 vendredi à 20 h au nom de Marchant, 06 12 34 56 78", "pas d'allergies"]
TWICE = ["non, ce n'est pas le bon nom, Marchane", "non, ce n'est pas le bon nom, Merchant"]


def test_a_name_denied_once_is_taken_from_what_follows(call, mario):
    said = call(mario).say(*BEFORE, "non, ce n'est pas le bon nom, Dupont")
    assert "au nom de Dupont" in said


def test_a_name_denied_twice_is_asked_to_be_spelled_with_words(call, mario):
    said = call(mario).say(*BEFORE, *TWICE)
    assert "l'épeler avec des prénoms" in said


@pytest.mark.parametrize(
    "spelled",
    [
        "Marcel, Anatole, Raoul, Célestin, Henri, Anatole, Nicolas, Désiré",
        "Marcel, Anatol, Roule, Celestin, Henri, Anatol, Nicolas, désirer.",
        "M, A, R, C, H, A, N, D",
        "c'est Marchand",
    ],
)
def test_the_name_is_then_as_it_was_spelled_or_said(call, mario, spelled):
    assert "au nom de Marchand," in call(mario).say(*BEFORE, *TWICE, spelled)


def test_it_is_asked_once_only(call, mario):
    said = call(mario).say(*BEFORE, *TWICE, "Marchane", "non, ce n'est pas le bon nom, Marchand")
    assert "prénoms" not in said


def test_who_changes_their_mind_about_the_name_is_not_asked_to_spell(call, mario):
    said = call(mario).say(*BEFORE, "non, mettez Dupont", "non, finalement au nom de Girard")
    assert "au nom de Girard" in said
