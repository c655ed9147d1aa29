"""How many people, as people count them."""

import pytest

from allokoli.dialogue.entities.numbers import find_count
from allokoli.dialogue.utterance import Utterance

PATTERNS = {
    "fr": ["{value} personnes", "{value} adultes et {value} enfants", "on sera {value}"],
    "en": ["{value} people", "{value} adults and {value} children", "table for {value}"],
    "he": ["{value} אנשים", "נהיה {value}"],
}


def count_of(said, locale, *, asked=True):
    found = find_count(
        Utterance.of(said, locale), PATTERNS[locale], locale, asked=asked, minimum=1, maximum=60
    )
    return found[0] if found else None


@pytest.mark.parametrize(
    ("locale", "said", "count"),
    [
        ("fr", "quatre", 4),
        ("fr", "4.", 4),
        ("fr", "euh quatre personnes", 4),
        ("fr", "on sera quatre", 4),
        ("fr", "une douzaine", 12),
        ("fr", "une douzaine de personnes", 12),
        ("fr", "une dizaine", 10),
        ("fr", "on sera une dizaine", 10),
        ("fr", "une quinzaine de personnes", 15),
        ("fr", "une demi-douzaine", 6),
        ("fr", "deux couples", 4),
        ("fr", "on sera deux couples", 4),
        ("fr", "un couple", 2),
        ("fr", "nous et les deux enfants", 4),
        ("fr", "ma femme et moi", 2),
        ("fr", "juste moi", 1),
        ("fr", "en amoureux", 2),
        ("fr", "nous deux", 2),
        ("fr", "3-4 personnes", 4),
        ("fr", "trois ou quatre", 4),
        ("fr", "trois, quatre personnes", 4),
        ("fr", "deux adultes et deux enfants", 4),
        ("fr", "mes deux petits-fils, ma fille, mon gendre et moi, ça fait cinq", 5),
        ("fr", "deux adultes et trois enfants, en tout cinq", 5),
        ("en", "four", 4),
        ("en", "a dozen", 12),
        ("en", "half a dozen people", 6),
        ("en", "a dozen people", 12),
        ("en", "two couples", 4),
        ("en", "a couple", 2),
        ("en", "just me", 1),
        ("en", "my wife and I", 2),
        ("en", "the two of us", 2),
        ("en", "three or four people", 4),
        ("en", "two adults and two children", 4),
        ("en", "two adults and a little one, so three", 3),
        ("he", "ארבעה", 4),
        ("he", "ארבעה אנשים", 4),
        ("he", "נהיה שישה", 6),
        ("he", "שני אנשים", 2),
        ("he", "שנים עשר אנשים", 12),
        ("he", "זוג", 2),
        ("he", "רק אני", 1),
        ("he", "אני ואשתי", 2),
        ("he", "שלושה או ארבעה אנשים", 4),
    ],
)
def test_how_many_as_it_is_said(locale, said, count):
    assert count_of(said, locale) == count


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr", "à 20h30"),
        ("fr", "une table"),
        ("fr", "9999 personnes"),
        ("fr", "zéro personne"),
        ("en", "one moment"),
        ("he", "שלום"),
    ],
)
def test_what_counts_nobody(locale, said):
    assert count_of(said, locale) is None


@pytest.mark.parametrize(
    ("locale", "said", "pattern"),
    [
        ("en", "two nights, no, three nights", "{value} nights"),
        ("fr", "deux nuits, non pardon, trois nuits", "{value} nuits"),
        ("he", "2 לילות, לא, 3 לילות", "{value} לילות"),
    ],
)
def test_a_number_taken_back_gives_way_to_the_next(locale, said, pattern):
    utterance = Utterance.of(said, locale)
    found = find_count(utterance, [pattern], locale, asked=False, minimum=1, maximum=30)
    assert found is not None
    assert found[0] == 3
