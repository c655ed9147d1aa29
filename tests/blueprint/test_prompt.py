"""What a language model is told of a business: all of it, in its language, in a stable order."""

from datetime import UTC, datetime

import pytest

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.catalog import template_values
from allokoli.blueprint.compiler import compile_assistant
from allokoli.blueprint.prompt import compile_prompt
from allokoli.engine.conversation.script import Script

FULL = {
    "sector": "restaurant",
    "name": "Chez Ada",
    "tone": "calm",
    "languages": ["fr", "en"],
    "greeting": "Bonjour, Chez Ada.",
    "services": ["reservation", "message"],
    "fields": [
        {"key": "name", "label": "Nom", "type": "name"},
        {"key": "room", "label": "Salle", "type": "choice", "required": False,
         "choices": ["terrasse", "intérieur"]},
    ],
    "hours": {
        "tue": [["12:00", "14:00"], ["19:00", "22:00"]],
        "exceptions": [
            {"date": "2026-12-25", "slots": [], "label": "Noël"},
            {"date": "2026-12-31", "slots": [["19:00", "02:00"]]},
        ],
    },
    "faqs": [{"question": "Y a-t-il un parking ?", "answer": "Oui, derrière l’église."}],
    "escalation": {"phone": "+33612345678", "when": "pour un groupe"},
    "must_not_say": ["le prix du menu"],
    "timezone": "Europe/Paris",
}  # fmt: skip
SEARCH = {
    "type": "function",
    "function": {
        "name": "chercher",
        "parameters": {"type": "object", "properties": {}, "required": ["query"]},
    },
}


def prompt(**changes):
    blueprint = Blueprint.model_validate({**FULL, **changes})
    made = compile_assistant(blueprint, guided_url="http://g", server_url="http://s")
    return made["model"]["messages"][0]["content"]


@pytest.mark.parametrize(
    "told",
    ["Vous êtes Chez Ada", "un restaurant", "posé", "français, anglais", "prendre une réservation",
     "prendre un message", "- Nom (name)", "terrasse, intérieur", "facultatif", "mardi",
     "de 12 h à 14 h", "25 décembre 2026 (Noël)", "31 décembre 2026", "Y a-t-il un parking ?",
     "derrière l’église", "+33612345678", "pour un groupe", "le prix du menu", "112",
     "book_slot : une seule fois", "find_slots", "endCall", "Europe/Paris"],
)  # fmt: skip
def test_a_model_is_told(told) -> None:
    assert told in prompt()


def test_only_the_tools_that_are_there_are_spoken_of() -> None:
    text = prompt(services=["message"])
    assert "book_slot" not in text
    assert "chercher" not in text
    blueprint = Blueprint.model_validate(FULL)
    assert "chercher : pour toute question" in compile_prompt(blueprint, [SEARCH])
    odd = [{"type": "function"}, {"function": {"parameters": None}}, {}, {"type": "dtmf"}]
    assert compile_prompt(blueprint, odd) == compile_prompt(blueprint)


def test_what_changes_comes_last_and_is_filled_when_the_call_begins() -> None:
    assistant = {"model": {"messages": [{"role": "system", "content": prompt()}]}}
    lines = []
    for now in (datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC)):
        (told,) = Script.of(assistant, now=now).instructions
        lines.append(told["content"].splitlines())
    assert lines[0][:-1] == lines[1][:-1]
    assert "{{" not in lines[0][-1]
    assert "Europe/Paris" in lines[0][-1]


def test_an_outbound_assistant_says_why_it_calls() -> None:
    assert "C'est vous qui appelez" in prompt(direction="outbound")
    assert "C'est vous qui appelez" not in prompt()


@pytest.mark.parametrize("locale", ["fr", "en", "he"])
@pytest.mark.parametrize("sector", ["restaurant", "medical", "legal", "other"])
def test_every_language_has_every_word(locale, sector) -> None:
    for tone in ("formal", "friendly", "energetic", "calm"):
        text = prompt(languages=[locale], sector=sector, tone=tone)
        assert "{" not in text.rpartition("\n")[0]
        assert len(text) < 5_000


@pytest.mark.parametrize("locale", ["fr", "en", "he"])
def test_a_template_has_a_prompt(locale) -> None:
    values = template_values("restaurant", locale)
    assert values["sector"] == "restaurant"
    assert prompt(languages=[locale], fields=values["fields"])
