"""Addresses and postcodes as they are said, by country."""

import pytest

from allokoli.dialogue.entities.addresses import find_address, find_postcode
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


@pytest.mark.parametrize(
    ("locale", "country", "said", "code"),
    [
        ("fr", "FR", "69002", "69002"),
        ("fr", "FR", "c'est le 69 002 je crois", "69002"),
        ("fr", "FR", "soixante-quinze mille quinze", "75015"),
        ("fr", "BE", "1000 Bruxelles", "1000"),
        ("fr", "CH", "1201 Genève", "1201"),
        ("en", "GB", "SW1A 1AA", "SW1A 1AA"),
        ("en", "GB", "it's m1 1ae", "M1 1AE"),
        ("en", "US", "90210", "90210"),
        ("he", "IL", "6100000", "6100000"),
    ],
)
def test_a_postcode_as_it_is_said(locale, country, said, code):
    found = find_postcode(Utterance.of(said, locale), country)
    assert found is not None
    assert found[0] == code


@pytest.mark.parametrize("said", ["06 12 34 56 78", "00123", "20 h 30", "4 personnes", "99999"])
def test_what_is_no_french_postcode(said):
    assert find_postcode(Utterance.of(said, "fr"), "FR") is None
