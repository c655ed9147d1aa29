"""Whoever must be visited says where, in whatever breath."""

import pytest

from allokoli.blueprint import Blueprint
from allokoli.blueprint.catalog import template

KEPT = ("name", "phone", "reason", "date", "time")


@pytest.fixture
def visited(call):
    """A call to a garage that asks for the address as well."""

    def start(language):
        made = template("garage", language).blueprint.model_dump()
        address = {"key": "address", "label": "adresse", "type": "text", "required": True}
        made["fields"] = [*(one for one in made["fields"] if one["key"] in KEPT), address]
        return call(Blueprint.model_validate(made))

    return start


@pytest.mark.parametrize(
    ("language", "said", "address"),
    [
        ("fr", "Bonjour, j'ai une fuite au 12 rue des Lilas à Lyon", "12 rue des Lilas à Lyon"),
        (
            "fr",
            "Il faudrait passer au 12 bis avenue Jean Jaurès 69007 Lyon demain à 10h",
            "12 bis avenue Jean Jaurès 69007 Lyon",
        ),
        ("en", "I've a leak at 14 Mill Lane, could you come tomorrow at 10?", "14 Mill Lane"),
        ("he", "יש לי נזילה ברחוב הרצל 12, אפשר מחר בעשר?", "ברחוב הרצל 12"),
    ],
)
def test_an_address_told_with_the_wish_is_not_asked_for(visited, language, said, address):
    one = visited(language)
    one.say(said)
    assert one.state.values["address"] == address


def test_an_address_that_was_asked_for_is_kept_to_its_last_word(visited):
    one = visited("fr")
    one.say("j'ai une fuite", "demain à 10h", "Martin, 06 12 34 56 78")
    one.say("3 impasse du Moulin, bâtiment B, troisième étage")
    assert one.state.values["address"] == "3 impasse du Moulin, bâtiment B, troisième étage"
    assert one.state.values["time"] == "10:00"
