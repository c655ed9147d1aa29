"""Names, phones, e-mails, numbers and short answers, as they are said and transcribed."""

import pytest

from allokoli.dialogue.entities.answers import find_answer, says_none
from allokoli.dialogue.entities.emails import find_email
from allokoli.dialogue.entities.names import find_name
from allokoli.dialogue.entities.phones import find_phone, speak_phone
from allokoli.dialogue.utterance import Utterance


@pytest.mark.parametrize(
    "said",
    [
        "06 12 34 56 78",
        "0612345678",
        "06.12.34.56.78",
        "06-12-34-56-78.",
        "06, 12, 34, 56, 78.",
        "+33 6 12 34 56 78",
        "c'est le 06 12 34 56 78 merci",
        "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
        "le zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit.",
        "Mon numéro est le 0 6 12 34 56 78",
    ],
)
def test_a_phone_number_said_in_french(said):
    found = find_phone(Utterance.of(said, "fr"), "FR")
    assert found is not None
    assert found.e164 == "+33612345678"


def test_a_phone_number_is_read_back_in_pairs():
    assert speak_phone("+33612345678") == "06 12 34 56 78"


def test_digits_that_are_no_number_are_no_phone():
    assert find_phone(Utterance.of("99 12 34 56 78", "fr"), "FR") is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Martin", "Martin"),
        ("martin.", "Martin"),
        ("Euh, Martin.", "Martin"),
        ("C'est Martin", "Martin"),
        ("C'est au nom de Martin.", "Martin"),
        ("Je m'appelle Claire Dubois et je suis déjà venue", "Claire Dubois"),
        ("mon nom est Jean-Pierre Martin", "Jean-Pierre Martin"),
        ("Monsieur Martin", "Martin"),
        ("Madame Le Gall", "Le Gall"),
        ("au nom de Le Gall", "Le Gall"),
        ("Le Gall", "Le Gall"),
        ("M A R T I N", "Martin"),
        ("Martin, M-A-R-T-I-N", "Martin"),
        ("Dupon, D U P O N D", "Dupond"),
        ("O'Brien", "O'Brien"),
    ],
)
def test_a_name_given_when_asked(said, name):
    found = find_name(Utterance.of(said, "fr"), "fr", asked=True)
    assert found is not None
    assert found[0] == name


@pytest.mark.parametrize(
    "said",
    [
        "oui",
        "non merci",
        "ma femme est allergique aux arachides",
        "quatre personnes",
        "à vingt heures",
        "je voudrais réserver",
    ],
)
def test_what_is_not_a_name_is_not_taken_for_one(said):
    assert find_name(Utterance.of(said, "fr"), "fr", asked=True) is None


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("marie.dupont@exemple.fr", "marie.dupont@exemple.fr"),
        ("marie point dupont arobase exemple point fr", "marie.dupont@exemple.fr"),
        ("c'est contact tiret nord arobase chez-mario point com", "contact-nord@chez-mario.com"),
        ("Mon adresse est Paul@Chez-Paul.FR.", "paul@chez-paul.fr"),
    ],
)
def test_an_email_written_or_dictated(said, address):
    found = find_email(Utterance.of(said, "fr"), "fr")
    assert found is not None
    assert found[0] == address


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("oui", "yes"),
        ("Oui, c'est parfait !", "yes"),
        ("Oui, absolument", "yes"),
        ("c'est bon pour moi", "yes"),
        ("tout à fait", "yes"),
        ("non", "no"),
        ("Non, plutôt cinq personnes", "no"),
        ("ce n'est pas ça", "no"),
        ("pas du tout", "no"),
        ("euh non", "no"),
        ("Martin", None),
    ],
)
def test_yes_and_no(said, answer):
    assert find_answer(Utterance.of(said, "fr").raw_folded, "fr") == answer


@pytest.mark.parametrize("said", ["non aucune", "Pas d'allergies.", "aucune", "rien de spécial"])
def test_none_is_an_answer(said):
    assert says_none(Utterance.of(said, "fr").raw_folded, "fr")
