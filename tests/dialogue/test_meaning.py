"""Sentences are understood by what they mean, in words no list holds."""

import pytest

from allokoli.dialogue.languages import spoken_language
from allokoli.dialogue.meaning import nearest

WANTED = {
    "cancel": [
        "Je dois annuler ma réservation",
        "On ne pourra pas venir finalement",
        "J'ai un empêchement",
    ],
    "change": ["Je voudrais déplacer mon rendez-vous", "Il faudrait changer l'heure"],
    "price": ["Combien ça coûte ?", "Quels sont vos tarifs ?"],
    "hours": ["À quelle heure fermez-vous ?", "Quels sont vos horaires ?"],
    "parking": ["Y a-t-il un parking ?", "Où peut-on se garer ?"],
}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("finalement on sera pas là samedi", "cancel"),
        ("j'ai eu un contretemps je peux plus", "cancel"),
        ("faut qu'on décale d'une heure", "change"),
        ("c'est combien le menu ?", "price"),
        ("vous servez jusqu'à quelle heure ?", "hours"),
        ("How late do you close?", "hours"),
        ("Bonjour. On arrive en voiture, on peut stationner où ?", "parking"),
    ],
)
def test_the_same_thing_in_other_words_is_recognized(said, key):
    near = nearest(said, WANTED)
    assert near is not None
    assert near.key == key


@pytest.mark.parametrize(
    "said", ["quatre", "Madame Lefebvre", "ce sera pour mardi en huit", "oui", "", "?!…", "🍕" * 50]
)
def test_an_answer_or_nothing_asks_for_nothing(said):
    assert nearest(said, WANTED) is None


def test_a_sentence_without_end_is_compared_by_its_beginning():
    near = nearest("Où peut-on se garer ? " + "bla " * 5_000, WANTED)
    assert near is not None
    assert near.key == "parking"


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        ("Do you speak English please?", "en"),
        ("Sorry, my French isn't very good", "en"),
        ("אני רוצה להזמין שולחן", "he"),
        ("je voudrais une table", "fr"),
        ("ok super", "fr"),
        ("Martin", "fr"),
        ("hello", "fr"),
        ("", "fr"),
    ],
)
def test_the_language_changes_only_when_another_is_clearly_spoken(said, spoken):
    assert spoken_language(said, ["fr", "en", "he"], "fr") == spoken
    assert spoken_language(said, ["fr"], "fr") == "fr"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("on voudrait venir vendredi soir mais combien ça coûte", "combien ça coûte"),
        ("we'd like to come on Friday evening and what does it cost", "what does it cost"),
        ("נרצה לבוא ביום שישי בערב אבל כמה זה עולה", "כמה זה עולה"),
    ],
)
def test_what_is_asked_is_found_behind_what_joins_it(said, asked):
    near = nearest(said, WANTED)
    assert near is not None
    assert (near.key, near.clause) == ("price", asked)


def test_the_words_of_one_language_cut_no_sentence_of_another():
    near = nearest("is it far to park our own car we just need to know", WANTED)
    assert near is None or "car" in near.clause
