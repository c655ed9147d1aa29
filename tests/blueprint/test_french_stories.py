"""French callers who tell a story around their wish, ask and want at once, or take words back."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Europe/Paris"))
SAID = [
    ("restaurant", "une table pour trois dimanche midi", "book", {"time": None}),
    (
        "restaurant",
        "pour onze samedi | vers vingt heures, vingt heures quinze, disons vingt heures quinze",
        "book",
        {"party_size": 11, "time": "20:15"},
    ),
    (
        "restaurant",
        "une table pour deux samedi à 20 h | Ferreira, F, deux R, E... enfin F E R R E I R A",
        "book",
        {"name": "Ferreira"},
    ),
    (
        "restaurant",
        "une table pour deux samedi à 20 h | Fabrice Noël, 06 12 34 56 78",
        "book",
        {"name": "Fabrice Noël", "date": "2026-11-21"},
    ),
    (
        "restaurant",
        "on a une table demain 19 h 30, la nounou peut pas venir, on peut la mettre à 20 h 30 ?",
        "change",
        {"time": "20:30"},
    ),
    (
        "restaurant",
        "on devait venir ce soir, mon mari est souffrant, on est obligés de renoncer",
        "cancel",
        {"date": "2026-11-18"},
    ),
    ("restaurant", "on sera finalement six au lieu de quatre samedi", "change", {"party_size": 6}),
    (
        "hotel",
        "mon avion est annulé, je repousse mon arrivée à samedi au lieu de vendredi",
        "change",
        {"date": "2026-11-21"},
    ),
    ("hotel", "une chambre à Noël, du vingt-quatre au vingt-six", "book", {"date": "2026-12-24"}),
    (
        "hairdresser",
        "un balayage la semaine prochaine, sauf le mardi | jeudi à onze heures",
        "book",
        {"date": "2026-11-26"},
    ),
    (
        "hairdresser",
        "mes mèches, jeudi après-midi, non attendez, jeudi j'ai le kiné, vendredi plutôt",
        "book",
        {"date": "2026-11-20"},
    ),
    (
        "lawyer",
        "Je voudrais un rendez-vous, c'est pour, euh, un divorce",
        "book",
        {"reason": "divorce"},
    ),
    (
        "lawyer",
        "On m'a licencié, c'était en septembre, je veux un avocat | mercredi à dix heures",
        "book",
        {"date": "2026-11-25"},
    ),
    ("garage", "Pour le rendez-vous de demain c'est râpé, j'ai vendu la voiture", "cancel", {}),
    ("garage", "c'est pour faire changer ma courroie lundi", "book", {"date": "2026-11-23"}),
    ("doctor", "je voudrais prendre rendez-vous avec le docteur", "book", {"reason": None}),
    (
        "doctor",
        "un vaccin mercredi à neuf heures | Roger Blanc, 04 93 10 20 30 | 12 12 39",
        "book",
        {"name": "Roger Blanc", "birth_date": "1939-12-12"},
    ),
    (
        "lead_qualification",
        "on cherche un logiciel de paie, quelqu'un peut me rappeler ?",
        "book",
        {},
    ),
]


@pytest.mark.parametrize(
    ("key", "turns", "goal", "noted"), SAID, ids=[turns[-40:] for _, turns, _, _ in SAID]
)
def test_what_is_meant_is_noted_whatever_is_told_around_it(key, turns, goal, noted):
    found = template(key, "fr")
    assert found is not None
    state, _ = conversation(found.blueprint, turns.split(" | "), NOW)
    assert state.goal == goal
    assert {name: state.values.get(name) for name in noted} == noted


@pytest.mark.parametrize(
    ("key", "said", "answer"),
    [
        ("estate_agent", "le T3 est encore libre ? Si oui je voudrais le voir jeudi", "confirmera"),
        ("hotel", "vous prenez les chats ? Si oui une chambre vendredi", "confirmera"),
        ("lawyer", "vous prenez l'aide juridictionnelle ? J'aimerais un rendez-vous", "dossier"),
    ],
)
def test_who_asks_before_wishing_is_answered_as_well(key, said, answer):
    found = template(key, "fr")
    assert found is not None
    state, reply = conversation(found.blueprint, [said], NOW)
    assert state.goal == "book"
    assert answer in reply.text
