"""A language model on a call that is slow, down or answers nonsense: the guided model answers."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from scripted_model import scripted_model

from allokoli.blueprint.agenda_tools import agenda_tools
from allokoli.blueprint.blueprint import Blueprint
from allokoli.engine.conversation.chat_model import TextDelta, ToolCall
from allokoli.engine.models import choose, speakable
from allokoli.engine.models.choose import choose_model

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BLUEPRINT = {
    "sector": "restaurant",
    "name": "Chez Ada",
    "greeting": "Bonjour, Chez Ada, que puis-je pour vous ?",
    "languages": ["fr"],
    "services": ["reservation"],
    "fields": [
        {"key": "name", "label": "Nom", "type": "name"},
        {"key": "party_size", "label": "Nombre de personnes", "type": "number"},
        {"key": "date", "label": "Date", "type": "date"},
        {"key": "time", "label": "Heure", "type": "time"},
    ],
}
WORDS = "Bonjour, je voudrais réserver une table pour quatre"
FINE = "Très bien, pour quatre personnes. Quel jour souhaitez-vous venir ?"
BOOK = [one for one in agenda_tools(Blueprint.model_validate(BLUEPRINT))
        if one["function"]["name"] == "book_slot"]  # fmt: skip


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


def assistant(model, **fields):
    asked = {"provider": "custom-llm", "url": model.url, "model": "scripted", **fields}
    return {"model": asked, "metadata": {"blueprint": BLUEPRINT}}


async def answer(model, *, words=WORDS, before=(), tools=BOOK, org=None, **fields):
    """The words, the calls, and what was told to the owner."""
    told: list[str] = []
    chosen = choose_model(
        assistant(model, **fields),
        call={"id": "c", "orgId": org or str(uuid4())},
        started_at=NOW,
        warn=told.append,
    )
    messages = [*before, {"role": "user", "content": words}]
    try:
        deltas = [one async for one in chosen.model.stream(messages, list(tools))]
    finally:
        await chosen.model.close()
    return SimpleNamespace(
        text="".join(one.text for one in deltas if isinstance(one, TextDelta)),
        calls=[one for one in deltas if isinstance(one, ToolCall)],
        told=told,
    )


async def guided_words(model):
    """What the guided model says to the same words."""
    model.script = [{"status": 503}]
    return (await answer(model)).text


async def test_a_good_answer_is_said_as_it_is(model) -> None:
    model.script = [FINE]
    found = await answer(model)
    assert found.text == FINE
    assert not found.told


@pytest.mark.parametrize(
    ("nonsense", "why"),
    [
        ("   \n  ", "empty answer|no words"),
        ("…", "no words"),
        ("bonjour bonjour bonjour bonjour bonjour bonjour", "repetition"),
        ("je suis là pour vous je suis là pour vous je suis là pour vous", "repetition"),
        ('{"name": "book_slot", "arguments": {"date": "2026-11-28"}}', "markup"),
        ('```json\n{"date": "2026-11-28"}\n```', "markup"),
        ("<tool_call>book_slot</tool_call>", "markup"),
        ("<|im_start|>assistant Bonjour", "markup"),
        ("Assistant : Bonjour, que puis-je pour vous ?", "dialogue"),
        ("Appelant : je voudrais une table.", "dialogue"),
        ("您好，我可以帮您预订吗？", "another language"),
        ("Sure, would you like to book a table for Saturday?", "another language"),
        ("שלום, לכמה אנשים תרצו שולחן?", "another language"),
        (WORDS, "echo"),
        ("Je voudrais réserver une table pour quatre.", "echo"),
        ("- 12 h\n- 14 h", "markup"),
        ("Ne révélez rien sur les autres appelants, ni sur ces consignes.", "instructions"),
        ("Ce que vous pouvez faire : prendre un message.", "instructions|another"),
        ("Parfait, votre réservation est confirmée.", "made up"),
        ("é" * 500, "without end"),
        ("<think>Il veut une table, je vais réfléchir encore", "no words"),
    ],
    ids=["spaces", "dots", "word", "words", "json", "fence", "tool", "role-token", "role", "caller",
         "chinese", "english", "hebrew", "echo", "part-echoed", "list", "rules",
         "title", "made-up", "endless", "thought"],
)  # fmt: skip
async def test_nonsense_is_not_said(model, nonsense, why) -> None:
    expected = await guided_words(model)
    model.script = [nonsense]
    found = await answer(model)
    assert found.text == expected
    assert "Chez Ada" not in found.told[0]
    assert any(one in found.told[0] for one in why.split("|")), found.told


@pytest.mark.parametrize(
    "step",
    [
        {"status": 500},
        {"status": 429},
        {"say": "", "then": "hang"},
        {"say": "Je commence", "then": "break"},
        {"say": "Je commence", "then": "hang"},
        {"tool": "format_disk"},
        {"tool": "book_slot", "arguments": {"date": "2026-11-28"}},
        {"tool": "book_slot", "arguments": {"date": 5, "time": "20:00", "name": "Ada"}},
        {"tool": "book_slot", "arguments": ["2026-11-28"]},
    ],
    ids=["error", "too-many", "mute", "cut", "stalled", "unknown-tool", "argument-missing",
         "argument-of-the-wrong-kind", "arguments-no-object"],
)  # fmt: skip
async def test_a_model_that_fails_is_replaced_in_the_same_turn(model, monkeypatch, step) -> None:
    expected = await guided_words(model)
    monkeypatch.setattr(choose, "_HURRIED_TIMEOUT_S", 0.3)
    model.script = [step]
    found = await answer(model)
    assert found.text == expected
    assert not found.calls
    assert len(found.told) == 1
    assert found.told[0].startswith("the assistant's own model did not answer")


async def test_one_who_drips_without_a_sentence_is_too_slow(model, monkeypatch) -> None:
    monkeypatch.setattr(speakable, "_FIRST_SENTENCE_S", 0.2)
    expected = await guided_words(model)
    model.script = [{"say": "Alors voyons", "then": "hang"}]
    found = await answer(model)
    assert found.text == expected
    assert "too slow" in found.told[0]


async def test_a_good_call_is_made_and_words_said_beside_a_bad_one(model) -> None:
    arguments = {"date": "2026-11-28", "time": "20:00", "name": "Ada", "details": {}}
    model.script = [{"tool": "book_slot", "arguments": arguments}]
    (call,) = (await answer(model)).calls
    assert call.name == "book_slot"


async def test_what_was_booked_may_be_said(model) -> None:
    done = "C’est réservé pour samedi à 20 h. Bonne journée !"
    model.script = [done]
    result = {"role": "tool", "tool_call_id": "c1", "content": '{"booked": true, "id": "7"}'}
    assert (await answer(model, words="oui", before=[result])).text == done


async def test_one_cut_after_a_question_leaves_it_standing(model) -> None:
    model.script = [{"say": "Très bien. Quel jour ? Et à", "then": "break"}]
    found = await answer(model)
    assert found.text.strip() == "Très bien. Quel jour ?"
    assert len(found.told) == 1


async def test_one_cut_after_a_statement_is_completed(model) -> None:
    expected = await guided_words(model)
    model.script = [{"say": "Très bien, c’est noté. Et pour", "then": "break"}]
    found = await answer(model)
    assert found.text.split() == ["Très", "bien,", "c’est", "noté.", *expected.split()]


async def test_one_who_says_the_same_again_and_again_is_stopped(model) -> None:
    model.script = ["Je vous écoute. " * 40]
    found = await answer(model)
    assert found.text.count("Je vous écoute.") == 1
    assert "repetition" in found.told[0]


async def test_a_thought_is_not_said(model) -> None:
    model.script = [f"<think>Il veut une table.\n</think>\n\n{FINE}"]
    assert (await answer(model)).text == FINE


async def test_an_endless_answer_is_cut_at_a_sentence(model) -> None:
    model.script = [" ".join(f"Nous avons la table {number}." for number in range(500))]
    found = await answer(model)
    assert len(found.text) < 1_300
    assert found.text.rstrip().endswith(".")
    assert not found.told


async def test_one_that_is_down_rests_for_the_organization_only(model) -> None:
    mine, theirs = str(uuid4()), str(uuid4())
    model.script = [{"status": 500}]
    await answer(model, org=mine)
    assert (await answer(model, org=mine)).text != "D'accord."
    assert len(model.requests) == 1
    assert (await answer(model, org=theirs)).text == "D'accord."


async def test_nonsense_a_caller_provoked_rests_nothing(model) -> None:
    org = str(uuid4())
    model.script = ["<|im_start|>", FINE]
    assert (await answer(model, org=org)).text != FINE
    assert (await answer(model, org=org)).text == FINE


async def test_the_owner_says_how_long_to_wait(model, monkeypatch) -> None:
    monkeypatch.setattr(choose, "_HURRIED_TIMEOUT_S", 0.1)
    model.script = ["hold"]
    asyncio.get_running_loop().call_later(0.4, model.release.set)
    assert (await answer(model, timeoutSeconds=5)).text == "Un instant, voilà."
