"""What a bad line makes of names and addresses, as Whisper really wrote it, and what they were."""

import pytest

from allokoli.dialogue.entities.email_of_name import find_email_of
from allokoli.dialogue.entities.spelled_in_words import read_spelling_words
from allokoli.dialogue.utterance import Utterance


@pytest.mark.parametrize(
    ("name", "said", "address"),
    [
        ("Sophie Martin", "Sophie, point-art un àrobase de maille.com", "sophie.martin@gmail.com"),
        (
            "Sophie Martin",
            "Saufie point-art un à robas de maille point-com.",
            "sophie.martin@gmail.com",
        ),
        (
            "Sophie Martin",
            "Sophie point d'art un arobase de maille point qu'on.",
            "sophie.martin@gmail.com",
        ),
        (
            "Sophie Martin",
            "non, l'adresse e-mail, Sophie point Marte un arobase gmail point com",
            "sophie.martin@gmail.com",
        ),
        (
            "Sophie Martin",
            "Sophie, pour Martin  la robace de maille.com",
            "sophie.martin@gmail.com",
        ),
        ("Julie Moreau", "Julie point au revoir, arobase orange points.", "julie.moreau@orange.fr"),
    ],
)
def test_an_address_that_sounds_like_the_caller_s_name_is_made_of_it(name, said, address):
    assert find_email_of(name, Utterance.of(said, "fr"), "fr")[0] == address


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("contact arobase boulangerie tiret dupont point fr", "contact@boulangerie-dupont.fr"),
        ("mon adresse c'est s martin arobase orange point fr", "smartin@orange.fr"),
        ("martin arobase orange point fr", "martin@orange.fr"),
        ("sophie arobase orange point fr", "sophie@orange.fr"),
        ("marie point dupond arobase free point fr", "marie.dupond@free.fr"),
        ("sophie point martin 75 arobase free point fr", "sophie.martin75@free.fr"),
        ("sophie.martins@gmail.com", "sophie.martins@gmail.com"),
        ("c'est sophie martin", None),
        ("sophie point martin", None),
        ("arobase", None),
        ("@" * 200, None),
        ("a arobase " * 300, None),
    ],
)
def test_any_other_address_stays_as_it_was_said(said, address):
    found = find_email_of("Sophie Martin", Utterance.of(said, "fr"), "fr")
    assert (found[0] if found else None) == address


@pytest.mark.parametrize(
    ("name", "said", "address"),
    [
        (
            "Martin Szabo",
            "martin underscore szabo arobase gmail point com",
            "martin_szabo@gmail.com",
        ),
        (
            "Kadiatou Bah",
            "kadi tiret bah arobase outlook point com",
            "kadi-bah@outlook.com",
        ),
        (
            "Marie-Laure Quéméner",
            "ml point quemener arobase orange point fr",
            "ml.quemener@orange.fr",
        ),
    ],
)
def test_an_address_made_of_the_name_in_another_way_stays(name, said, address):
    assert find_email_of(name, Utterance.of(said, "fr"), "fr")[0] == address


def test_an_address_that_was_denied_is_not_made_again():
    said = Utterance.of("Sophie point martien arobase gmail point com", "fr")
    found = find_email_of("Sophie Martin", said, "fr", denied="sophie.martin@gmail.com")
    assert found[0] == "sophie.martien@gmail.com"


def test_an_address_denied_and_heard_the_same_again_is_the_usual_one_of_the_name():
    said = Utterance.of("Non, l'adresse est maille, ceci pour Martin et Robas de maille.com.", "fr")
    found = find_email_of("Sophie Martin", said, "fr", denied="martin@gmail.com")
    assert found[0] == "sophie.martin@gmail.com"


def test_a_denied_domain_heard_the_same_again_is_the_provider_it_sounds_like():
    said = Utterance.of("Non, l'adresse e-mail, Saufie.martin àrobase.dmi.com", "fr")
    found = find_email_of("Sophie Martin", said, "fr", denied="sophie.martin@dmi.com")
    assert found[0] == "sophie.martin@gmail.com"
    said = Utterance.of("sophie point martin arobase pizzeria point fr", "fr")
    found = find_email_of("Sophie Martin", said, "fr", denied="sophie.martin@pizzeria.fr")
    assert found[0] == "sophie.martin@pizzeria.fr"


@pytest.mark.parametrize(
    ("said", "locale", "name"),
    [
        (
            "Marcel, Anatol, Roul, Célestin, Henri, Anatol, Nicolas, Desirée.",
            "fr",
            "Marchand",
        ),
        ("Il bonne, à Nathol, Marcel, Irma, Nicolas, à Nathol.", "fr", "Yamina"),
        ("Desirée, Ursule, Pierre, Oscar, Nicolas, Thérèse", "fr", "Dupont"),
        ("Marcel Oskar, Roul, Eugène, Anatole, Ursul.", "fr", "Moreau"),
        ("Oskar, ursul, Marcel, Anatole, pour Roule.", "fr", "Oumar"),
        ("M comme Marcel, A comme Anatole, R comme Raoul, C comme Célestin", "fr", "Marc"),
        ("Kilo, India, Mike.", "en", "Kim"),
        ("non", "fr", ""),
        ("oui c'est ça", "fr", ""),
        ("Marcel", "fr", ""),
        ("Je vous l'ai déjà dit, Philippe Marchand", "fr", ""),
        ("Marcel, " * 200, "fr", ""),
        ("", "fr", ""),
        ("א, ב, ג", "he", ""),
    ],
)
def test_a_name_spelled_with_words_is_read_by_their_first_letters(said, locale, name):
    assert read_spelling_words(said, locale) == name
