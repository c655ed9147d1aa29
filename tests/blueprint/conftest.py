from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint import Blueprint
from allokoli.blueprint.caller import caller_form
from allokoli.dialogue import open_dialogue, plain_spaces, step

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=ZoneInfo("Europe/Paris"))
EVENING = [["12:00", "14:00"], ["19:00", "22:30"]]


@pytest.fixture
def now():
    """A Wednesday afternoon in Paris."""
    return NOW


@pytest.fixture
def mario():
    """The seed's restaurant."""
    return Blueprint.model_validate(
        {
            "sector": "restaurant",
            "name": "Assistant Chez Mario",
            "tone": "friendly",
            "greeting": "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
            "services": ["reservation", "information", "message"],
            "fields": [
                {"key": "name", "label": "nom", "type": "name"},
                {"key": "party_size", "label": "nombre de personnes", "type": "number"},
                {"key": "date", "label": "date", "type": "date"},
                {"key": "time", "label": "heure", "type": "time"},
                {"key": "phone", "label": "numéro de téléphone", "type": "phone"},
                {"key": "allergies", "label": "allergies alimentaires", "type": "text"},
            ],
            "faqs": [
                {
                    "question": "Avez-vous une terrasse ?",
                    "answer": "Oui, nous avons une terrasse de vingt places.",
                },
                {
                    "question": "Où peut-on se garer ?",
                    "answer": "Il y a un parking gratuit en face.",
                },
            ],
        }
    )


@pytest.fixture
def open_mario(mario):
    """The same, closed on Sundays and Mondays."""
    hours = dict.fromkeys(("tue", "wed", "thu", "fri", "sat"), EVENING)
    return Blueprint.model_validate({**mario.model_dump(), "hours": hours})


class Call:
    """A caller on the line with an assistant."""

    def __init__(self, blueprint, now=NOW):
        self.blueprint = blueprint
        self.now = now
        self.form = caller_form(blueprint, now)
        self.state, reply = open_dialogue(self.form, locale=blueprint.language)
        self.said = [plain_spaces(reply.text)]
        self.reply = reply

    def say(self, *turns):
        for text in turns:
            self.state, self.reply = step(
                self.form, self.state, text, now=self.now, locale=self.blueprint.language
            )
            self.said.append(plain_spaces(self.reply.text))
        return self.said[-1]


@pytest.fixture
def call():
    return Call
