"""A real, small language model served by llama.cpp: what must hold whatever it says."""

import json
import re
import tomllib
from pathlib import Path
from time import monotonic

import httpx
import local_model
import pytest
from api import client, owner
from calling import http_of, said, started
from scripted_model import scripted_model

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.compiler import compile_assistant
from allokoli.configurator import conversation, phrasing
from allokoli.core import clock
from allokoli.core.settings import get_settings
from allokoli.dialogue.text import fold
from allokoli.dialogue.unspeakable import why_unspeakable

pytestmark = [pytest.mark.llm, pytest.mark.timeout(600)]
__all__ = ["client", "owner"]

SEED = tomllib.loads(
    Path(__file__).parents[1].joinpath("configurator", "seed_dialogue.toml").read_text("utf-8")
)
OWNER_TURNS = [
    "Bonjour, alors moi je tiens un petit restaurant, j’aurais besoin d’un assistant",
    "On va l’appeler Assistant Chez Mario",
    "Ben écoutez quelque chose de chaleureux, de convivial, comme chez nous quoi",
]
CALLER_TURNS = [
    "Bonjour, je voudrais réserver une table pour quatre samedi soir",
    "Au nom de Durand",
]
BLUEPRINT = {
    "sector": "restaurant",
    "name": "Chez Ada",
    "greeting": "Bonjour, Chez Ada, que puis-je pour vous ?",
    "languages": ["fr"],
    "services": ["message"],
    "fields": [
        {"key": "name", "label": "Nom", "type": "name"},
        {"key": "party_size", "label": "Nombre de personnes", "type": "number"},
    ],
}


@pytest.fixture(scope="module")
def url():
    with local_model.serving() as address:
        yield address


def ask(url, **body):
    answer = httpx.post(f"{url}/chat/completions", json=body, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_speaks_openai_s_protocol_and_keeps_to_a_schema(url, record_property) -> None:
    schema = {
        "type": "object",
        "properties": {"tone": {"type": ["string", "null"]}},
        "required": ["tone"],
        "additionalProperties": False,
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "found", "schema": schema}}
    messages = [{"role": "user", "content": "Le ton : chaleureux. Réponds en JSON."}]
    whole = ask(url, messages=messages, response_format=wanted, max_tokens=60, temperature=0)
    found = json.loads(whole["choices"][0]["message"]["content"])
    assert set(found) == {"tone"}
    record_property("tokens_per_s", round(whole["timings"]["predicted_per_second"], 1))


async def test_the_guide_hears_with_it_and_the_form_decides(owner, url, monkeypatch) -> None:
    monkeypatch.setattr(get_settings(), "model_url", url)
    monkeypatch.setattr(get_settings(), "model_name", "local")
    monkeypatch.setattr(phrasing, "BUDGET_S", 60.0)
    monkeypatch.setattr(phrasing, "_EXTRACT_S", 40.0)
    path = "/configurator/sessions"
    session_id = (await owner.post(path, {"locale": "fr"})).json()["id"]
    spoken = ""
    for words in OWNER_TURNS:
        spoken += f" {words}"
        answer = await owner.post(f"{path}/{session_id}/messages", {"text": words})
        assert answer.status_code == 200, answer.text
        heard = answer.json()
        assert heard["status"] == "collecting"
        assert 0 < len(heard["reply"]) < 600
        assert heard["messages"][-1]["text"] == heard["reply"]
        assert heard["asking"]
    alone, _ = conversation.open("fr")
    for words in OWNER_TURNS:
        alone, _ = conversation.hear(alone, words, clock.now())
    known = alone.dialogue.values
    # All the form understands by itself is there, whatever the model added to it.
    for key in ("name", "sector", "tone"):
        if known.get(key) is not None:
            assert heard["blueprint"][key] == known[key], key
    said_words = set(re.findall(r"\w+", fold(spoken)))
    assert set(re.findall(r"\w+", fold(heard["blueprint"]["name"]))) <= said_words


async def test_within_its_three_seconds_the_guide_answers_with_or_without_it(
    owner, url, monkeypatch
) -> None:
    monkeypatch.setattr(get_settings(), "model_url", url)
    monkeypatch.setattr(get_settings(), "model_name", "local")
    path = "/configurator/sessions"
    session_id = (await owner.post(path, {"locale": "fr"})).json()["id"]
    for turn in SEED["turn"]:
        answer = await owner.post(f"{path}/{session_id}/messages", {"text": turn["owner"]})
        assert answer.status_code == 200
    assert answer.json()["status"] in {"creating", "confirming"}
    Blueprint.model_validate(answer.json()["blueprint"])


async def test_a_call_is_answered_by_it_or_by_the_guided_model(
    tenant, url, record_property
) -> None:
    assistant = compile_assistant(
        Blueprint.model_validate(BLUEPRINT), guided_url="http://guided/v1", server_url=""
    )
    assistant["model"] |= {"url": url, "model": "local", "metadataSendMode": "off"}
    assistant["model"] |= {"timeoutSeconds": 20, "maxTokens": 80}
    del assistant["server"]
    async with http_of(tenant) as http:
        call = await started(http, {"assistant": assistant})
        for words in CALLER_TURNS:
            began = monotonic()
            reply = await said(http, call["id"], words)
            record_property("turn_s", round(monotonic() - began, 2))
            assert reply["content"].strip()
            for sentence in re.findall(r"[^.?!]+[.?!]*", reply["content"]):
                if re.search(r"\w", sentence):
                    assert why_unspeakable(sentence, ["fr"]) is None, reply


async def test_one_that_is_stopped_is_replaced_in_the_same_turn(tenant) -> None:
    assistant = compile_assistant(
        Blueprint.model_validate(BLUEPRINT), guided_url="http://guided/v1", server_url=""
    )
    del assistant["server"]
    with local_model.serving() as address:
        assistant["model"] |= {"url": address, "model": "local", "metadataSendMode": "off"}
        async with http_of(tenant) as http:
            call = await started(http, {"assistant": assistant})
    async with http_of(tenant) as http:
        reply = await said(http, call["id"], CALLER_TURNS[0])
    guided = compile_assistant(
        Blueprint.model_validate(BLUEPRINT),
        guided_url=f"{get_settings().engine_internal_url}/guided/v1",
        server_url="",
    )
    del guided["server"]
    async with http_of(tenant) as http:
        call = await started(http, {"assistant": guided})
        assert (await said(http, call["id"], CALLER_TURNS[0]))["content"] == reply["content"]


async def test_nonsense_in_its_place_reaches_the_guided_model(tenant) -> None:
    async with scripted_model() as model:
        model.script = ["<|im_start|>assistant"]
        assistant = model.assistant(metadata={"blueprint": BLUEPRINT})
        async with http_of(tenant) as http:
            call = await started(http, {"assistant": assistant})
            reply = await said(http, call["id"], CALLER_TURNS[0])
    assert reply["content"].strip()
    assert "im_start" not in reply["content"]
