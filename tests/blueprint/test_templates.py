"""Templates answer as they are: questions are understood, dialogues hold word for word."""

import tomllib
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.caller import caller_form
from allokoli.blueprint.catalog import caller_facts, template, template_values, templates
from allokoli.blueprint.guided import conversation
from allokoli.blueprint.rehearsal_judging import noted
from allokoli.dialogue import open_dialogue, plain_spaces
from allokoli.dialogue.understanding import understand

LOCALES = ("fr", "en", "he")
KEYS = [
    "doctor", "estate_agent", "garage", "hairdresser", "hotel", "lawyer", "lead_qualification",
    "restaurant", "secretary", "support",
]  # fmt: skip
TEMPLATES = [(key, locale) for locale in LOCALES for key in KEYS]


def dialogue(key, locale):
    folder = files("allokoli.blueprint").joinpath("templates", locale, "dialogues")
    return tomllib.loads(folder.joinpath(f"{key}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_the_same_templates(locale):
    assert [item.key for item in templates(locale)] == KEYS


@pytest.mark.parametrize(("key", "locale"), TEMPLATES)
def test_the_dialogue_of_a_template_holds_word_for_word(key, locale):
    blueprint = template(key, locale).blueprint
    script = dialogue(key, locale)
    now = datetime.fromisoformat(script["now"]).replace(tzinfo=ZoneInfo(blueprint.timezone))
    turns = []
    for line in script["turns"]:
        turns += [line["caller"]] if "caller" in line else []
        state, reply = conversation(blueprint, turns, now)
        assert plain_spaces(reply.text) == line["assistant"]
    assert reply.ended
    assert state.outcome == "done"
    for name, value in script["noted"].items():
        assert noted(value, state.values.get(name)), name
    assert {field.key for field in blueprint.fields if field.required} <= set(script["noted"])


@pytest.mark.parametrize(("key", "locale"), TEMPLATES)
def test_each_question_of_a_template_is_understood_as_itself(key, locale, now):
    blueprint = template(key, locale).blueprint
    form = caller_form(blueprint, now)
    state, _ = open_dialogue(form, locale=locale)
    assert 5 <= len(blueprint.faqs) <= 10
    for index, faq in enumerate(blueprint.faqs):
        found = understand(form, state, faq.question, now=now, locale=locale)
        assert found.goal is None, faq.question
        assert found.aside is not None, faq.question
        assert found.aside.key == f"faq_{index}", faq.question


@pytest.mark.parametrize(("key", "locale"), TEMPLATES)
def test_a_template_invents_neither_price_nor_address(key, locale):
    for faq in template(key, locale).blueprint.faqs:
        amounts = [char for char in faq.answer if char.isdigit() or char in "€$£₪"]
        assert not amounts or "112" in faq.answer, faq.answer


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", ["doctor", "lawyer"])
def test_who_must_not_advise_is_told_so(key, locale):
    assert len(template(key, locale).blueprint.must_not_say) >= 3


def test_a_template_answers_for_the_owner_what_it_holds():
    values = template_values("doctor", "fr")
    assert values["sector"] == "medical"
    assert values["booking"] is True
    assert values["hours"]["mon"] == [["09:00", "12:30"], ["14:00", "18:30"]]
    assert len(values["faqs"]) == 8
    assert template_values("support", "fr")["booking"] is False
    assert template_values("nothing", "fr") == {}


def test_a_business_is_called_by_the_callers_of_its_trade(mario):
    assert caller_facts(mario)["party_size"] == 4
    assert caller_facts(mario.model_copy(update={"sector": "retail"})) == {}
