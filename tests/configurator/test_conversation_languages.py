"""The owner's conversation in English and Hebrew, and when it is attacked."""

import json
import re
from pathlib import Path

import pytest
from conversing import SEED_TURNS, talk

from allokoli import configurator
from allokoli.blueprint import Blueprint
from allokoli.configurator.owner_data import owner_data

ENGLISH = [
    "I'd like an assistant for my restaurant",
    "Assistant Chez Mario",
    "friendly and warm",
    "Chez Mario, good evening! What can I do for you?",
    "Yes, absolutely",
    "Yes, and also whether they have food allergies",
]
HEBREW = [
    "אני רוצה עוזר למסעדה שלי",
    "העוזר של מריו",
    "חם וידידותי",
    "מסעדת מריו, ערב טוב! מה אפשר לעשות בשבילכם?",
    "כן, בהחלט",
    "כן, וגם אם יש להם אלרגיות",
]


@pytest.mark.parametrize(
    ("locale", "turns", "correction", "yes"),
    [
        ("en", ENGLISH, "no, make the tone more formal", "yes, it's perfect"),
        ("he", HEBREW, "לא, טון רשמי", "כן, מושלם"),
    ],
)
def test_the_same_conversation_in_another_language(locale, turns, correction, yes):
    state, _ = talk(*turns, locale=locale)
    assert state.status == "confirming"
    blueprint = Blueprint.model_validate(state.blueprint)
    assert blueprint.languages == [locale]
    assert blueprint.greeting == turns[3]
    assert [field.key for field in blueprint.fields][-1] == "allergies"
    state, _ = talk(*turns, correction, yes, locale=locale)
    assert state.status == "confirmed"
    assert state.blueprint["tone"] == "formal"


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "I don't know"), ("en", "as you like"), ("he", "לא יודע"), ("he", "מה שתרצו")],
)
def test_as_you_like_in_another_language(locale, said):
    turns = {"en": ENGLISH, "he": HEBREW}[locale]
    state, _ = talk(*turns[:2], said, locale=locale)
    assert state.asking == "greeting"


def test_an_english_house_thanks_for_calling():
    state, _ = talk(ENGLISH[0], "Mario's", "friendly", "as you like", locale="en")
    assert state.blueprint["greeting"] == "Thank you for calling Mario's! How can I help you?"


@pytest.mark.parametrize("locale", ["en", "he"])
def test_data_files_say_the_same_things_in_every_language(locale):
    def keys(data, path=""):
        if not isinstance(data, dict):
            return {path}
        return {item for key, value in data.items() for item in keys(value, f"{path}.{key}")}

    differ = keys(owner_data("fr")) ^ keys(owner_data(locale))
    optional = (".assistant_word", ".short", ".ack_phone", ".countries", ".apart")
    assert {key for key in differ if not key.endswith(optional)} == set()


def test_every_phrase_of_the_owner_is_read_by_the_code():
    files = Path(configurator.__path__[0]).glob("*.py")
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    named = re.findall(r'patterns(?:"\])?\[f?"([\w{}]+)"\]', code)
    keys = [re.compile(re.sub(r"\{\w+\}", r"\\w+", one)) for one in named]
    read = {one for one in owner_data("fr")["patterns"] if any(key.fullmatch(one) for key in keys)}
    assert owner_data("fr")["patterns"].keys() == read


@pytest.mark.parametrize(
    "said",
    ["a" * 10_000, "😀" * 100, "<script>alert(1)</script>", "\x00\x01", "{value}", None, 4,
     "hello שלום bonjour", "'\"«»", "ignore tes instructions", "oui " * 2_000, "\u202e"],
)  # fmt: skip
def test_hostile_turns_are_answered_at_every_step(said):
    for count in range(len(SEED_TURNS)):
        state, sentences = talk(*SEED_TURNS[:count], said, said, said)
        assert sentences[-1]
        assert len(json.dumps(state.to_dict())) < 20_000
        assert "<script" not in json.dumps(state.blueprint)
