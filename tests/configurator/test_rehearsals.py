"""The simulated callers of an assistant over the wire, at a sound and at a hostile platform."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from api import run_jobs
from conversations import YES, until_recap

from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import reply
from allokoli.configurator.rehearsals import rehearsing
from allokoli.configurator.rehearsals.models import Rehearsal
from allokoli.core import clock
from allokoli.core.identity import Identity

KINDS = ["plain", "corrects", "asks", "out_of_scope", "closed"]
NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


@pytest.fixture
def restaurant():
    return template("restaurant", "fr").blueprint


@pytest.fixture
async def assistant(owner, voice, restaurant):
    """A synced assistant; returns the path of its rehearsal."""
    body = {"blueprint": restaurant.model_dump(mode="json", exclude_none=True)}
    made = await owner.post("/assistants", body)
    assert made.status_code == 201, made.text
    return f"/assistants/{made.json()['id']}/rehearsal"


@pytest.fixture
def guided(voice, restaurant):
    """A platform that answers as the guided model does."""

    def answer(turns):
        said = reply(restaurant, turns, clock.now())
        return said.text, said.ended

    voice.answers_chats(answer)
    return voice


async def rehearsed(owner, path):
    started = await owner.post(path)
    assert started.status_code == 202, started.text
    await run_jobs()
    return (await owner.get(path)).json()


def statuses(rehearsal):
    return {one["kind"]: one["status"] for one in rehearsal["callers"]}


async def test_the_callers_of_a_sound_assistant_pass_with_their_transcripts(
    owner, guided, assistant, at
):
    at(NOW)
    before = await owner.get(assistant)
    assert before.status_code == 404
    found = await rehearsed(owner, assistant)
    assert (found["status"], found["passed"]) == ("done", True), found
    assert statuses(found) == dict.fromkeys(KINDS, "passed")
    first = found["callers"][0]["transcript"]
    assert first[0] == {"role": "user", "text": "Bonjour, je voudrais faire une réservation."}
    assert "vendredi 20 novembre" in first[-1]["text"]
    assert guided.chats == {}


async def test_the_platform_is_asked_as_vapi_is(owner, guided, assistant, at):
    at(NOW)
    await rehearsed(owner, assistant)
    secret = await owner.server_secret()
    (at_platform,) = guided.assistants
    first, second = guided.chat_requests[:2]
    assert set(first) == {"assistantId", "assistantOverrides", "input"}
    assert first["assistantId"] == at_platform
    server = first["assistantOverrides"]["server"]
    assert server["url"].endswith("/api/v1/webhooks/receive?rehearsal=1")
    assert server["headers"] == {"X-Vapi-Secret": secret}
    assert second["previousChatId"]
    assert second["assistantOverrides"] == first["assistantOverrides"]
    assert not [path for _, path in guided.requests if path.startswith("/call")]


async def test_a_new_assistant_is_rehearsed_by_itself_and_the_creation_does_not_wait(
    owner, voice, at
):
    at(NOW)
    made = await owner.post("/configurator/sessions", {"locale": "fr"})
    path = f"/configurator/sessions/{made.json()['id']}"
    await until_recap(owner.post, made.json()["id"])
    await owner.post(f"{path}/messages", {"text": YES})
    voice.fails("POST", "/chat", "refuse")
    await run_jobs()
    await run_jobs()
    created = (await owner.get(path)).json()
    assert created["status"] == "created"
    found = (await owner.get(f"/assistants/{created['assistant_id']}/rehearsal")).json()
    assert found["status"] == "done"
    assert found["passed"] is None
    (row,) = await owner.rows(Rehearsal)
    assert str(row.session_id) == made.json()["id"]


async def test_an_assistant_that_invents_and_hangs_up_fails(owner, voice, assistant, at):
    at(NOW)
    voice.answers_chats(lambda _turns: ("Parfait, c'est réservé ! Au revoir !", True))
    found = await rehearsed(owner, assistant)
    assert found["passed"] is False
    plain = found["callers"][0]
    assert plain["status"] == "failed"
    assert {"date", "time", "name", "phone", "party_size"} <= set(plain["missing"])
    assert len(plain["transcript"]) == 2


async def test_an_assistant_that_never_ends_is_left(owner, voice, assistant, at):
    at(NOW)
    voice.answers_chats(lambda turns: (f"Et encore {len(turns)} questions ?" + "?" * 5_000, False))
    found = await rehearsed(owner, assistant)
    assert found["passed"] is False
    for one in found["callers"]:
        assert len(one["transcript"]) <= 48
        assert all(len(line["text"]) <= 2_000 for line in one["transcript"])


@pytest.mark.parametrize("how", ["refuse", "garbage", "break", "hang up"])
async def test_a_platform_that_fails_judges_nobody(owner, guided, assistant, at, how):
    at(NOW)
    guided.fails("POST", "/chat", how)
    found = await rehearsed(owner, assistant)
    assert (found["status"], found["passed"]) == ("done", None)
    assert set(statuses(found).values()) == {"unavailable"}


@pytest.mark.parametrize(
    "lie",
    [
        {"id": 7, "output": []},
        {"id": "x"},
        {"id": "x", "output": "Bonjour"},
        {"id": "x", "output": [1, None, {"role": "assistant", "content": ["Bonjour"]}]},
        {"id": "x", "output": [{"role": "tool", "content": "Au revoir", "tool_calls": "endCall"}]},
        [],
    ],
)
async def test_a_platform_that_lies_passes_nobody(owner, voice, assistant, at, lie):
    at(NOW)
    voice.lies_in_chats(lie)
    found = await rehearsed(owner, assistant)
    assert found["status"] == "done"
    assert found["passed"] is not True
    assert "passed" not in statuses(found).values()


async def test_a_platform_that_hangs_is_given_up(owner, guided, assistant, at, monkeypatch):
    at(NOW)
    monkeypatch.setattr(rehearsing, "_TURN_S", 0.2)
    guided.fails("POST", "/chat", "hold")
    found = await rehearsed(owner, assistant)
    assert set(statuses(found).values()) == {"unavailable"}


async def test_a_call_that_drags_on_is_given_up(owner, guided, assistant, at, monkeypatch):
    at(NOW)
    monkeypatch.setattr(rehearsing, "_CALL_S", 0.05)
    guided.fails("POST", "/chat", "hold")
    found = await rehearsed(owner, assistant)
    assert set(statuses(found).values()) == {"unavailable"}


async def test_a_rehearsal_run_twice_calls_once(owner, guided, assistant, at):
    at(NOW)
    await owner.post(assistant)
    (row,) = await owner.rows(Rehearsal)
    job = Identity.job(owner.org_id)
    await asyncio.gather(
        *(rehearsing.rehearse(job, row.assistant_id, row.run_id) for _ in range(3))
    )
    asked = len(guided.chat_requests)
    await run_jobs()
    assert len(guided.chat_requests) == asked
    openings = [one["input"] for one in guided.chat_requests if "previousChatId" not in one]
    assert len(openings) == 5


async def test_a_worker_that_dies_is_carried_on_by_the_next(
    owner, guided, assistant, at, monkeypatch
):
    at(NOW)
    await owner.post(assistant)
    (row,) = await owner.rows(Rehearsal)
    job, calls = Identity.job(owner.org_id), []

    class Killed(BaseException):
        pass

    whole = rehearsing.play

    async def dies(*given):
        calls.append(given)
        if len(calls) == 2:
            raise Killed
        return await whole(*given)

    with monkeypatch.context() as dying:
        dying.setattr(rehearsing, "play", dies)
        with pytest.raises(Killed):
            await rehearsing.rehearse(job, row.assistant_id, row.run_id)
    half = (await owner.get(assistant)).json()
    assert [one["status"] for one in half["callers"][:2]] == ["passed", "running"]
    await run_jobs()
    assert (await owner.get(assistant)).json()["passed"] is True


async def test_asking_again_while_it_runs_begins_no_other(owner, guided, assistant, at):
    at(NOW)
    first = (await owner.post(assistant)).json()
    again = (await owner.post(assistant)).json()
    assert again["created_at"] == first["created_at"]
    at(NOW + timedelta(minutes=20))
    await owner.sign_in_again()
    later = (await owner.post(assistant)).json()
    assert later["created_at"] != first["created_at"]
    await run_jobs()
    assert (await owner.get(assistant)).json()["passed"] is True
    openings = [one["input"] for one in guided.chat_requests if "previousChatId" not in one]
    assert len(openings) == 5


async def test_a_rehearsal_belongs_to_its_organization(owner, stranger, guided, assistant):
    await owner.post(assistant)
    assert (await stranger.get(assistant)).status_code == 404
    assert (await stranger.post(assistant)).status_code == 404
    assert await stranger.rows(Rehearsal) == []
    missing = f"/assistants/{uuid4()}/rehearsal"
    assert (await owner.get(missing)).status_code == 404
    assert (await owner.post(missing)).status_code == 404


async def test_an_assistant_without_blueprint_has_no_callers(owner, voice):
    made = await owner.post("/assistants", {"name": "À la main", "firstMessage": "Bonjour"})
    answer = await owner.post(f"/assistants/{made.json()['id']}/rehearsal")
    assert answer.status_code == 409


async def test_a_deleted_assistant_takes_its_rehearsal_along(owner, guided, assistant, at):
    at(NOW)
    await owner.post(assistant)
    await owner.delete(assistant.removesuffix("/rehearsal"))
    await run_jobs()
    assert await owner.rows(Rehearsal) == []
    assert guided.chat_requests == []
