"""A blueprint becomes an assistant that Vapi's own types accept."""

import pytest
from pydantic import ValidationError
from vapi.types.create_assistant_dto import CreateAssistantDto

from allokoli.blueprint import Blueprint
from allokoli.blueprint.blueprint import CallerField
from allokoli.blueprint.catalog import template, templates
from allokoli.blueprint.compiler import compile_assistant, structured_schema
from allokoli.dialogue.lexicon import load
from allokoli.engine.audio.plans import SpeakingPlan

URLS = {"guided_url": "http://127.0.0.1:8001/guided/v1", "server_url": "http://127.0.0.1:8000/hook"}


def test_the_assistant_is_a_vapi_assistant(mario):
    made = compile_assistant(mario, **URLS, server_secret="whk_x")
    typed = CreateAssistantDto.model_validate(made)
    assert typed.name == "Assistant Chez Mario"
    assert typed.model.provider == "custom-llm"
    assert typed.model.metadata_send_mode == "variable"
    assert typed.voice.provider == "azure"
    assert typed.transcriber.language == "fr"
    assert typed.analysis_plan.success_evaluation_plan.rubric == "PassFail"
    assert typed.server.headers == {"X-Vapi-Secret": "whk_x"}
    assert Blueprint.model_validate(made["metadata"]["blueprint"]) == mario


@pytest.mark.parametrize("language", ["fr", "en", "he"])
def test_who_is_asked_to_dictate_is_given_time(language):
    words = load("allokoli.blueprint", language, "caller")["wording"]
    plan = SpeakingPlan.of(compile_assistant(template("restaurant", language).blueprint, **URLS))
    assert plan.rule_seconds(words["digits"][0], "06") == 2.0
    assert all(plan.rule_seconds(one, "Marcel") == 2.0 for one in words.get("spell", ()))
    assert plan.rule_seconds(words["confirm_again"][0], "oui") is None


def test_the_first_message_starts_with_the_greeting_and_discloses(mario):
    said = compile_assistant(mario, **URLS)["firstMessage"]
    assert said.startswith(mario.greeting)
    assert "assistant vocal automatique" in said
    assert compile_assistant(mario, **URLS, disclose=False)["firstMessage"] == mario.greeting


def test_structured_data_has_one_key_per_field_and_the_intent(mario):
    schema = structured_schema(mario)
    wanted = {field.key for field in mario.fields} | {"intent", "message"}
    assert set(schema["properties"]) == wanted


@pytest.mark.parametrize("locale", ["fr", "en", "he"])
def test_every_template_compiles(locale):
    found = templates(locale)
    assert len(found) >= 10
    for one in found:
        made = compile_assistant(one.blueprint, **URLS)
        CreateAssistantDto.model_validate(made)
        assert made["model"]["messages"][0]["content"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 41},
        {"sector": "casino"},
        {"tone": "rude"},
        {"languages": []},
        {"extra": 1},
        {"country": "France"},
        {"timezone": "Paris"},
        {"fields": [{"key": "Bad Key", "label": "x"}]},
        {"fields": [{"key": "a", "label": "x"}, {"key": "a", "label": "y"}]},
        {"fields": [{"key": "a", "label": "x", "type": "choice"}]},
        {"hours": {"mon": [["25:00", "26:00"]]}},
        {"notify": {"email": "nobody"}},
        {"escalation": {"phone": "0612345678"}},
    ],
)
def test_a_wrong_blueprint_is_refused(mario, change):
    with pytest.raises(ValidationError):
        Blueprint.model_validate({**mario.model_dump(), **change})


@pytest.mark.parametrize(
    ("languages", "transcriber", "voice"),
    [
        (["fr"], {"provider": "deepgram", "model": "nova-3", "language": "fr"}, "fr-FR-Denise"),
        (["fr", "en"], {"provider": "deepgram", "model": "nova-3", "language": "multi"}, "fr-FR-V"),
        (["en", "fr"], {"provider": "deepgram", "model": "nova-3", "language": "multi"}, "en-US-A"),
        # Deepgram does not hear Hebrew beside another language.
        (["fr", "he"], {"provider": "deepgram", "model": "nova-3", "language": "fr"}, "fr-FR-V"),
        (["he", "fr"], {"provider": "azure", "language": "he-IL"}, "he-IL-Hila"),
    ],
    ids=["fr", "fr-en", "en-fr", "fr-he", "he-fr"],
)
def test_an_assistant_of_several_languages_hears_and_speaks_them(
    mario, languages, transcriber, voice
):
    blueprint = mario.model_copy(update={"languages": languages})
    compiled = compile_assistant(blueprint, **URLS)
    assert compiled["transcriber"].items() >= transcriber.items()
    assert compiled["voice"]["voiceId"].startswith(voice)
    typed = CreateAssistantDto.model_validate(compiled)
    assert typed.transcriber.language == transcriber["language"]


def test_the_transcriber_is_told_what_callers_are_likely_to_say(mario):
    urgency = CallerField(key="urgency", label="Urgence", type="choice", choices=["grave", "léger"])
    email = CallerField(key="email", label="E-mail", type="email")
    blueprint = mario.model_copy(update={"fields": [*mario.fields, urgency, email]})
    terms = compile_assistant(blueprint, **URLS)["transcriber"]["keyterm"]
    assert terms[:2] == ["grave", "léger"]
    assert {"une table", "arobase gmail point com"} < set(terms)
    assert len(terms) == len(set(terms)) <= 24
    plain = compile_assistant(mario, **URLS)["transcriber"]["keyterm"]
    assert "arobase gmail point com" not in plain


def test_nobody_who_hears_hebrew_is_told_words(mario):
    blueprint = mario.model_copy(update={"languages": ["he"]})
    assert "keyterm" not in compile_assistant(blueprint, **URLS)["transcriber"]
