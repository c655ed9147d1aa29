"""A language model beside AlloKoliConfig: it may hear more and ask otherwise, never decide."""

from datetime import timedelta
from uuid import UUID

import pytest
from conversations import plain
from conversing import NOW
from scripted_model import scripted_model

from allokoli.configurator import conversation, phrasing, service
from allokoli.configurator.phrasing_extract import enriched, grounded, missing
from allokoli.configurator.phrasing_judge import asks_the_same, may_be_phrased
from allokoli.core.database import session
from allokoli.core.settings import get_settings

SESSIONS = "/configurator/sessions"
FIRST = "Je voudrais créer un assistant pour mon restaurant"
NAME = "Assistant Chez Mario"
TONE = "Quel style de communication préférez-vous pour votre assistant, dites-moi ?"


@pytest.fixture
async def model(monkeypatch):
    async with scripted_model() as made:
        monkeypatch.setattr(get_settings(), "model_url", made.url)
        monkeypatch.setattr(get_settings(), "model_name", "house")
        monkeypatch.setattr(phrasing, "_resting", type(phrasing._resting)())
        yield made


def after(*turns):
    state, reply = conversation.open("fr")
    for words in turns:
        state, reply = conversation.hear(state, words, NOW)
    return state, reply


async def begun(owner, *turns):
    session_id = (await owner.post(SESSIONS, {"locale": "fr"})).json()["id"]
    for words in turns:
        heard = await say(owner, session_id, words)
    return session_id, heard if turns else None


async def say(owner, session_id, words):
    answer = await owner.post(f"{SESSIONS}/{session_id}/messages", {"text": words})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def alone(owner, monkeypatch, *turns):
    """What the form says to the same turns without a model."""
    with monkeypatch.context() as without:
        without.setattr(get_settings(), "model_url", "")
        return (await begun(owner, *turns))[1]


def same(one, other):
    kept = ("status", "reply", "asking", "suggestions", "progress", "blueprint")
    return {key: one[key] for key in kept} == {key: other[key] for key in kept}


async def test_without_a_model_nobody_is_asked(owner, model, monkeypatch):
    heard = await alone(owner, monkeypatch, FIRST, NAME)
    assert heard["blueprint"]["name"]
    assert not model.requests


@pytest.mark.parametrize(
    "step",
    [{"status": 500}, {"status": 401}, "hold", "n'importe quoi", "", "{}", '{"tone": 5}',
     '{"name": {"a": 1}}', '{"services": "ignore"}', "[1, 2]", '{"tone": "formel et glacial"}',
     "<|im_start|>", "<script>alert(1)</script> Quel ton ?", "Combien de tables avez-vous ?"],
    ids=["down", "refused", "hanging", "words", "empty", "nothing", "wrong-type", "nested",
         "unknown", "list", "made-up", "role", "html", "another-question"],
)  # fmt: skip
async def test_whatever_the_model_does_the_form_says_its_own(owner, model, monkeypatch, step):
    monkeypatch.setattr(phrasing, "BUDGET_S", 2.0)
    expected = await alone(owner, monkeypatch, FIRST, NAME)
    model.script = [step] * 8
    _, heard = await begun(owner, FIRST, NAME)
    assert same(heard, expected)
    assert model.requests


async def test_one_that_is_slow_is_waited_for_once(owner, model, monkeypatch):
    monkeypatch.setattr(phrasing, "BUDGET_S", 1.5)
    model.script = ["hold"] * 8
    await begun(owner, FIRST, NAME, "Convivial et chaleureux")
    assert len(model.requests) == 1


async def test_the_form_s_question_may_be_asked_in_other_words(owner, model, monkeypatch):
    expected = await alone(owner, monkeypatch, "Mon assistant s’appelle Léa")
    state, reply = after("Mon assistant s’appelle Léa")
    assert may_be_phrased(state, reply.text), reply.text
    said = "Merci. Quel style de conversation aimeriez-vous que votre assistant ait ?"
    assert asks_the_same(state, reply.text, "", said)
    model.script = [said] * 3
    session_id, heard = await begun(owner, "Mon assistant s’appelle Léa")
    assert plain(heard["reply"]) == plain(said)
    assert heard["messages"][-1]["text"] == heard["reply"]
    assert len(heard["messages"]) == len(expected["messages"])
    assert heard["asking"] == expected["asking"]
    assert (await owner.get(f"{SESSIONS}/{session_id}")).json() == heard


@pytest.mark.parametrize(
    "candidate",
    ["", "   ", "Très bien.", "Quel est votre numéro de téléphone ?", "Votre adresse e-mail ?",
     "Quel secteur ? Et quel ton ?", "Quel est votre secteur d’activité", "What is your business?",
     "Comme Pizza Hut, dans quel secteur êtes-vous ?", "Assistant : quel secteur ?",
     "Dans quel secteur, pour 49 euros ?", "Quel secteur, « Santé » ou autre ?", "Quel\nsecteur ?",
     "Dites " + "vraiment " * 60 + "dans quel secteur ?", "```Quel secteur ?```"],
)  # fmt: skip
def test_a_sentence_that_asks_otherwise_or_tells_more_is_not_said(candidate):
    state, reply = after("Mon assistant s’appelle Léa")
    assert not asks_the_same(state, reply.text, "Mon assistant s’appelle Léa", candidate)


def test_a_recap_and_what_is_quoted_are_said_as_they_are():
    state, reply = after(FIRST, NAME, "Convivial et chaleureux")
    assert "«" in reply.text or "?" in reply.text
    for text in ("Oui ? Non ? Vraiment ?", "Dites « oui » ?", "Le 06 12 ?", "Très bien."):
        assert not may_be_phrased(state, text)


def test_only_the_owner_s_words_are_taken_and_only_for_what_is_missing():
    state, _ = after(FIRST, NAME)
    words = "alors euh on ferme le lundi et pour le ton quelque chose de chaleureux"
    found = {
        "tone": "quelque chose de chaleureux",
        "sector": "restaurant",
        "name": "on ferme",
        "greeting": "on ferme le lundi",
        "booking": "oui bien sûr",
        "nothing": "chaleureux",
    }
    kept = grounded(state, words, found)
    assert kept == {"tone": "quelque chose de chaleureux"}
    assert set(kept) <= set(missing(state))


def test_what_the_form_cannot_read_is_dropped_and_what_it_can_is_kept():
    state, reply = after(FIRST, NAME)
    assert "tone" in missing(state)
    taken, said = enriched(state, reply, {"tone": "chaleureux"}, NOW)
    assert taken.dialogue.values["tone"] == "friendly"
    assert said.text != reply.text
    assert taken.dialogue.values.items() >= state.dialogue.values.items()
    for nonsense in ("xyzzy plugh", "?", "oui", "Oui !", "non", "au revoir", "<b>", "ok"):
        found = grounded(state, f"alors {nonsense} et puis voilà", {"tone": nonsense})
        kept, answer = enriched(state, reply, found, NOW)
        assert kept.dialogue.values == state.dialogue.values, nonsense
        assert answer == reply


def test_a_model_never_completes_nor_confirms_a_form():
    state, reply = after(FIRST)
    everything = dict.fromkeys(missing(state), "oui")
    found = grounded(state, "oui oui alors oui", everything)
    assert not found
    for words in ("oui", "je confirme", "c'est parfait"):
        taken, _ = enriched(state, reply, dict.fromkeys(missing(state), words), NOW)
        assert taken.status != "confirmed"


async def test_what_the_model_hears_more_is_in_the_blueprint_at_once(owner, model, monkeypatch):
    words = "bon ben écoutez pour causer aux gens je verrais du chaleureux, franchement"
    state, _ = after(FIRST, NAME)
    model.script = ["Non."] * 8
    session_id, _ = await begun(owner, FIRST, NAME)
    model.script = [{"reply": {"tone": "du chaleureux", "name": "Zoé"}}, "Non."]
    heard = await say(owner, session_id, words)
    assert heard["blueprint"]["tone"] == "friendly"
    assert heard["blueprint"]["name"] == state.blueprint["name"]
    asked = [one for one in model.requests if one.get("response_format")][-1]
    wanted = asked["response_format"]["json_schema"]["schema"]
    assert "name" not in wanted["properties"]
    assert wanted["additionalProperties"] is False


async def test_a_session_that_went_on_meanwhile_takes_nothing_late(owner, model):
    session_id, _ = await begun(owner, FIRST)
    held = service.holder(owner.identity, UUID(session_id))
    help_ = await phrasing.prepared(held, UUID(session_id), NAME)
    assert help_ is not None
    help_.turns -= 1
    async with session(held) as opened:
        row = await service.locked(opened, UUID(session_id))
        before = row.state
        await service.answer(opened, row, owner.identity, NAME, help_)
        assert row.state != before
    asked = len(model.requests)
    assert await phrasing.phrased(help_, row) is None
    assert len(model.requests) == asked


async def test_an_organization_s_own_model_is_asked_with_its_key(owner, model):
    async with scripted_model() as own:
        choice = {"url": own.url, "name": "own", "key": "sk-own"}
        path = "/api/v1/organization/language-model"
        assert (await owner.http.put(path, json=choice, headers=owner.headers)).status_code == 200
        await begun(owner, FIRST, NAME)
        assert own.headers[0]["authorization"] == "Bearer sk-own"
        assert own.requests[0]["model"] == "own"
    assert not model.requests


async def test_a_stranger_s_words_reach_no_model(owner, stranger, model):
    session_id, _ = await begun(owner)
    path = f"{SESSIONS}/{session_id}/messages"
    assert (await stranger.post(path, {"text": FIRST})).status_code == 404
    assert not model.requests


async def test_a_model_that_failed_is_asked_again_after_a_rest(owner, model, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(phrasing, "monotonic", lambda: now[0])
    model.script = [{"status": 500}, "Non.", "Non.", "Non."]
    session_id, _ = await begun(owner, FIRST, NAME)
    assert len(model.requests) == 1
    now[0] += timedelta(seconds=31).total_seconds()
    await say(owner, session_id, "Je voudrais quelque chose de très chaleureux pour mes clients")
    assert len(model.requests) > 1
