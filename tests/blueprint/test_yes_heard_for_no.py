"""At the recap a `oui` may be heard for a `non`: whoever says so again is not kept correcting."""

import pytest

BEFORE = ["Une table pour 4 vendredi à 20 h au nom de Marchand, 06 12 34 56 78", "pas d'allergies"]


@pytest.mark.parametrize(
    "said",
    ["oui", "j'ai dit oui !", "rien, c'est bon", "mais non, c'est parfait", "c'est juste", "non"],
)
def test_who_has_nothing_to_correct_is_asked_for_a_yes_again(call, mario, said):
    one = call(mario)
    assert "Que dois-je corriger" in one.say(*BEFORE, "Non.")
    assert "dites « c'est parfait »" in one.say(said)
    assert "est enregistrée" in one.say("c'est parfait")


def test_a_yes_that_names_what_is_wrong_corrects_it(call, mario):
    one = call(mario)
    one.say(*BEFORE, "Non.")
    assert "À quel numéro" in one.say("oui, le téléphone")
    assert "06 22 33 44 55" in one.say("06 22 33 44 55")


def test_only_so_many_refusals_are_heard_before_the_team_is_told(call, mario):
    one = call(mario)
    said = one.say(*BEFORE, *["Non."] * 6)
    assert "qui vous rappellera pour confirmer" in said
