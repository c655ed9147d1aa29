"""What French callers want, from their first sentence."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Europe/Paris"))
SAID = [
    ("restaurant", "Il vous resterait quelque chose pour deux ce soir ?", "book"),
    ("restaurant", "on a une table chez vous vendredi, mais finalement ce sera samedi", "change"),
    ("restaurant", "On vient pas finalement", "cancel"),
    ("doctor", "je peux pas venir à mon rendez-vous de tout à l'heure", "cancel"),
    ("doctor", "mon rendez-vous de jeudi, vous pouvez me le mettre vendredi ?", "change"),
    ("doctor", "Le petit vomit depuis cette nuit, vous pouvez le prendre ce matin ?", "book"),
    ("garage", "je vends la voiture, pas la peine de garder le rendez-vous de lundi", "cancel"),
    ("garage", "elle démarre plus, faut que vous regardiez ça", "book"),
    ("secretary", "Je souhaiterais un entretien avec la direction", "book"),
    ("support", "On a un écran noir à la caisse numéro 3", "book"),
]


@pytest.mark.parametrize(("key", "text", "goal"), SAID, ids=[text[:40] for _, text, _ in SAID])
def test_what_is_wanted_is_heard_at_once(key, text, goal):
    found = template(key, "fr")
    assert found is not None
    state, _ = conversation(found.blueprint, [text], NOW)
    assert state.goal == goal
