"""Addresses as they are said, by country."""

import pytest

from allokoli.dialogue.entities.addresses import find_address
from allokoli.dialogue.utterance import Utterance


@pytest.mark.parametrize(
    ("locale", "country", "said", "address"),
    [
        (
            "fr",
            "FR",
            "12 bis rue de la République 69002 Lyon",
            "12 bis rue de la République 69002 Lyon",
        ),
        (
            "fr",
            "FR",
            "j'habite au douze rue de la Paix, 75002 Paris.",
            "12 rue de la Paix, 75002 Paris",
        ),
        ("fr", "FR", "c'est 8 avenue Foch", "8 avenue Foch"),
        ("fr", "FR", "le 3, place du Marché, au fond", "3, place du Marché"),
        ("fr", "BE", "15 rue Neuve 1000 Bruxelles", "15 rue Neuve 1000 Bruxelles"),
        ("en", "GB", "I live at 221 Baker Street", "221 Baker Street"),
        ("en", "US", "12 Main Street, 10001 New York", "12 Main Street, 10001 New York"),
        ("he", "IL", "אני גר ברחוב הרצל 12", "ברחוב הרצל 12"),
    ],
)
def test_an_address_as_it_is_said(locale, country, said, address):
    found = find_address(Utterance.of(said, locale), locale, country)
    assert found is not None
    assert found[0] == address


@pytest.mark.parametrize("said", ["4 personnes", "06 12 34 56 78", "à 20 h", "rue de la Paix", ""])
def test_what_is_no_address(said):
    assert find_address(Utterance.of(said, "fr"), "fr", "FR") is None
