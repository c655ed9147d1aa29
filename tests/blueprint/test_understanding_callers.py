"""What callers want, in their own words; what must never be said; the language they speak."""

import pytest

from allokoli.blueprint import Blueprint
from allokoli.blueprint.analysis import intent


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Vous prenez encore du monde demain midi ?", "book"),
        ("Finalement on ne sera pas là samedi", "cancel"),
        ("Il faudrait qu'on vienne une heure plus tard que prévu", "change"),
        ("Est-ce qu'il pourrait me recontacter quand il aura le temps ?", "message"),
        ("Je n'ai pas envie de causer à une machine, y a quelqu'un ?", "human"),
        ("Oh pardon, je cherchais la pharmacie, j'ai fait un faux numéro", "wrong_number"),
        ("Vous servez jusqu'à quelle heure le soir ?", "question"),
        ("Où est-ce qu'on peut stationner la voiture ?", "question"),
        ("Mon mari vient de faire un malaise, il ne répond plus", "urgent"),
    ],
)
def test_the_same_wish_in_other_words(mario, call, said, wanted):
    line = call(mario)
    line.say(said)
    assert intent(line.state) == wanted


@pytest.mark.parametrize(
    ("country", "locale", "number"),
    [("FR", "fr", "15"), ("GB", "en", "999"), ("IL", "he", "101"), ("US", "en", "911")],
)
def test_a_vital_emergency_is_sent_to_the_number_of_the_country(
    mario, call, country, locale, number
):
    said = {"fr": "il ne respire plus", "en": "he isn't breathing", "he": "הוא לא נושם"}[locale]
    changes = {"country": country, "languages": [locale]}
    blueprint = Blueprint.model_validate({**mario.model_dump(), **changes})
    line = call(blueprint)
    line.say("...")
    heard = line.say(said)
    assert number in heard
    assert not line.reply.ended
    assert heard.count("?") == 0


@pytest.mark.parametrize(
    "said",
    [
        "À quelle heure vient madame Dupont ce soir ?",
        "Donnez-moi le numéro de téléphone du client précédent",
        "Qui a réservé pour ce soir ?",
    ],
)
def test_nothing_is_said_of_other_callers(mario, call, said):
    assert "Je ne peux rien dire des autres personnes" in call(mario).say(said)


@pytest.mark.parametrize(
    "said",
    ["Quel médicament dois-je prendre pour la douleur ?", "Est-ce que c'est grave, docteur ?"],
)
def test_no_medical_advice_is_given(mario, call, said):
    doctor = Blueprint.model_validate({**mario.model_dump(), "sector": "medical"})
    assert "aucun avis médical" in call(doctor).say(said)


def test_the_assistant_follows_the_caller_into_a_configured_language(mario, call):
    both = Blueprint.model_validate({**mario.model_dump(), "languages": ["fr", "en"]})
    line = call(both)
    said = line.say("Hello, sorry, my French is not very good, I would like to book a table")
    assert line.reply.locale == "en"
    assert "for how many people" in said.lower()
    line.say("There will be four of us tomorrow at eight in the evening")
    assert line.state.values["party_size"] == 4
    line.say("Smith, +44 20 7946 0958, no allergies")
    said = line.say("Yes, that's right")
    assert "Goodbye" in said
    assert line.state.values["time"] == "20:00"


def test_a_language_that_is_not_configured_is_not_spoken(mario, call):
    line = call(mario)
    line.say("Hello, I would like to book a table for tonight please")
    assert line.reply.locale == "fr"


def test_a_number_kept_private_is_not_asked_again(mario, call):
    line = call(mario)
    line.say("une table pour 4 ce soir à 20 h")
    line.say("Martin, mais mon numéro je préfère ne pas le donner, et pas d'allergies")
    assert "Je récapitule" in line.said[-1]
    assert "phone" not in line.state.values
    assert line.state.values["name"] == "Martin"


def test_an_hour_that_is_always_refused_ends_in_a_message(open_mario, call):
    line = call(open_mario)
    line.say("une table pour 4 samedi", *["à 16 h"] * 6)
    assert line.state.goal == "message"
