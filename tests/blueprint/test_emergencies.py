"""A vital emergency is told the number to call, in any words; what only sounds like one is not."""

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Europe/Paris"))
ASSISTANTS = ("doctor", "restaurant", "garage")
SAID = tomllib.loads(Path(__file__).with_name("emergencies.toml").read_text("utf-8"))
NUMBERS = {"fr": "appelez tout de suite le 15", "en": "call 999", "he": "התקשרו מיד למספר 101"}


def cases(kind):
    return [(language, said) for language, sentences in SAID[kind].items() for said in sentences]


def sent_to_the_number(language, said):
    """By assistant, whether a caller who begins so is told the emergency number."""
    replies = (
        conversation(template(key, language).blueprint, [said], NOW)[1] for key in ASSISTANTS
    )
    return [NUMBERS[language] in reply.text for reply in replies]


@pytest.mark.parametrize(("language", "said"), cases("vital"))
def test_a_vital_emergency_is_sent_to_the_number_whatever_the_business(language, said):
    assert all(sent_to_the_number(language, said))


@pytest.mark.parametrize(("language", "said"), cases("harmless"))
def test_what_only_sounds_like_an_emergency_goes_on(language, said):
    assert not any(sent_to_the_number(language, said))
