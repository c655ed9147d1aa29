"""How French callers take leave, correct the recap, answer two things at once, and tell a party."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation
from allokoli.dialogue.state import LIMITS

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Europe/Paris"))
BOOKED = {
    "restaurant": ["Je voudrais une table pour quatre demain à 20 heures"],
    "garage": ["Je voudrais un rendez-vous pour une vidange demain à 10 heures"],
    "hairdresser": ["Je voudrais un rendez-vous pour une coupe demain à 10 heures"],
    "hotel": ["Je voudrais une chambre le 4 décembre, deux nuits, pour deux personnes"],
}
GIVEN = {
    "restaurant": "Martin, 06 12 34 56 78, allergique au gluten",
    "garage": "Martin, 06 12 34 56 78",
    "hairdresser": "Martin, 06 12 34 56 78",
    "hotel": "Martin, 06 12 34 56 78",
}


def state_after(key, *said):
    found = template(key, "fr")
    assert found is not None
    return conversation(found.blueprint, list(said), NOW)[0]


@pytest.mark.parametrize(
    "said",
    [
        "ah super, bah c'est tout alors, merci, bonne nuit",
        "d'accord merci",
        "merci quand même",
        "je dois en parler à mon mari d'abord",
        "bon, je vais voir avec ma femme, merci",
        "à samedi alors, merci",
        "je vous laisse travailler",
        "voilà c'était juste ça",
        "pas besoin d'autre chose",
        "vous avez répondu à ma question",
        "je vous tiens au courant",
    ],
)
def test_leave_is_taken_after_an_answer(said):
    state = state_after("restaurant", "Vous avez une terrasse ?", said)
    assert (state.phase, state.outcome) == ("closed", "answered")


@pytest.mark.parametrize(
    ("said", "goal"),
    [
        ("d'accord, alors je voudrais venir samedi", "book"),
        ("merci, dans ce cas mettez-moi une table pour quatre", "book"),
        ("oui, une autre question", None),
        ("merci, et vous avez un parking ?", None),
    ],
)
def test_who_wants_more_is_not_sent_away(said, goal):
    state = state_after("restaurant", "Vous avez une terrasse ?", said)
    assert state.phase != "closed"
    assert state.goal == goal


@pytest.mark.parametrize(
    ("key", "said", "field", "value"),
    [
        ("restaurant", "non, c'est au nom de Durand", "name", "Durand"),
        ("restaurant", "non, pas Martin, Morvan", "name", "Morvan"),
        ("restaurant", "mettez Petit plutôt", "name", "Petit"),
        ("restaurant", "oui mais mettez au nom de mon mari, Lenoir", "name", "Lenoir"),
        ("restaurant", "non, midi et quart", "time", "12:15"),
        ("restaurant", "non pas vingt heures, dix-neuf heures", "time", "19:00"),
        ("restaurant", "vingt heures quinze plutôt que vingt heures", "time", "20:15"),
        ("restaurant", "une demi-heure plus tard s'il vous plaît", "time", "20:30"),
        ("restaurant", "on sera cinq en fait", "party_size", 5),
        ("restaurant", "pas quatre, cinq", "party_size", 5),
        ("restaurant", "rajoutez une personne", "party_size", 5),
        ("restaurant", "y a une personne en moins", "party_size", 3),
        ("restaurant", "l'allergie c'est le lait, pas le gluten", "allergies", "lait"),
        ("restaurant", "oui mais c'est le lactose, pas le gluten", "allergies", "lactose"),
        ("restaurant", "je me suis trompé de jour, c'est samedi", "date", "2026-11-21"),
        ("restaurant", "j'ai dit samedi, pas jeudi", "date", "2026-11-21"),
        ("restaurant", "demain c'est pas possible, vendredi", "date", "2026-11-20"),
        ("garage", "c'est pour les pneus, pas la vidange", "reason", "les pneus"),
        ("garage", "oui mais c'est pour les freins", "reason", "les freins"),
        ("hairdresser", "coupe et brushing", "reason", "coupe et brushing"),
        ("hotel", "on reste trois nuits, pas deux", "nights", 3),
        ("hotel", "une nuit de plus", "nights", 3),
    ],
)
def test_the_recap_is_corrected_in_any_words(key, said, field, value):
    before = state_after(key, *BOOKED[key], GIVEN[key])
    assert before.phase == "confirming"
    state = state_after(key, *BOOKED[key], GIVEN[key], said)
    assert state.phase == "confirming"
    assert state.values[field] == value
    kept = {one: given for one, given in state.values.items() if one not in {field, LIMITS}}
    assert kept.items() <= before.values.items()


@pytest.mark.parametrize(
    ("said", "name", "allergies"),
    [
        ("Aurélie Pasquier, 06 48 21 90 37, oui, ma belle-mère, c'est le gluten",
         "Aurélie Pasquier", "ma belle-mère, c'est le gluten"),
        ("Thierry, 06 48 21 90 37, oui arachide et soja", "Thierry", "arachide et soja"),
        ("Association Les Amis du Livre, enfin mettez Dumas, 06 48 21 90 37, pas que je sache",
         "Dumas", "aucune"),
        ("Le Guen, 06 48 21 90 37, non pas du tout", "Le Guen", "aucune"),
        ("chérie c'est quoi ton numéro ? oui alors Vidal, 06 48 21 90 37, non", "Vidal", "aucune"),
    ],
)  # fmt: skip
def test_what_ends_the_answer_belongs_to_the_last_question(said, name, allergies):
    state = state_after("restaurant", *BOOKED["restaurant"], said)
    assert (state.values["name"], state.values["allergies"]) == (name, allergies)
    assert state.values["phone"] == "+33648219037"


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("on est trois, deux adultes et notre petit garçon", 3),
        ("bah mon mari, moi et les deux petits", 4),
        ("on sera six, non attendez, sept avec Paul", 7),
        ("quatre, enfin cinq avec le bébé", 5),
        ("moi, mon copain et ses parents", 4),
        ("quatre plus un bébé", 5),
        ("pour un couple avec deux enfants", 4),
    ],
)
def test_a_party_is_counted_however_it_is_told(said, size):
    opening = "Je voudrais réserver pour demain à 20 heures"
    assert state_after("restaurant", opening, said).values["party_size"] == size


@pytest.mark.parametrize(
    ("key", "said", "reason"),
    [
        ("lead_qualification", "Bonjour je vous appelle pour une pompe à chaleur", "pompe"),
        ("lead_qualification", "c'est pour des fenêtres", "fenêtres"),
        ("garage", "j'ai le pare-choc qui pend", "pare-choc"),
        ("support", "plus de réseau dans tout l'immeuble", "réseau"),
        ("lawyer", "mon bailleur veut pas me rendre les clés", "bailleur"),
    ],
)
def test_what_is_told_at_once_is_the_reason(key, said, reason):
    state = state_after(key, said)
    assert state.goal == "book"
    assert reason in state.values["reason"]


@pytest.mark.parametrize(
    "said",
    [
        "je voudrais un rendez-vous demain",
        "allô bonjour madame, c'est pour prendre rendez-vous avec le docteur pour mon fils",
        "vous auriez une place jeudi matin ?",
    ],
)
def test_a_plain_wish_tells_no_reason(said):
    state = state_after("doctor", said)
    assert state.goal == "book"
    assert "reason" not in state.values


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("doctor", "mon fils a trente-neuf de fièvre, vous pouvez le prendre aujourd'hui ?"),
        ("hairdresser", "vous auriez un petit trou vendredi après-midi pour une coupe homme ?"),
        ("estate_agent", "combien vaut ma maison ? vous pouvez passer l'estimer mardi ?"),
        ("restaurant", "vous avez une terrasse ? on voudrait venir à quatre samedi midi"),
        ("restaurant", "c'est le jeudi dix-sept décembre à midi, vous pouvez prendre du monde ?"),
    ],
)
def test_a_place_asked_for_as_a_question_is_a_booking(key, said):
    state = state_after(key, said)
    assert state.goal == "book"
    assert "date" in state.values
