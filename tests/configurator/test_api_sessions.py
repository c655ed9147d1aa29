"""The configurator's API: with and without an account, within bounds, and only for its own."""

from datetime import timedelta
from uuid import UUID, uuid4

from api import run_jobs, sign_up
from conversations import YES, plain, until_recap

from allokoli.configurator import service
from allokoli.configurator.tasks import forget_unclaimed
from allokoli.core import clock

KEYS = {"id", "status", "reply", "asking", "suggestions", "progress", "blueprint", "assistant_id"}
SESSIONS = "/api/v1/configurator/sessions"


def as_visitor(client):
    async def send(path, json=None):
        return await client.post(f"/api/v1{path}", json=json)

    return send


async def test_a_visitor_opens_a_session_and_hears_the_welcome(client):
    answer = await client.post(SESSIONS, json={"locale": "fr"})
    assert answer.status_code == 201
    opened = answer.json()
    assert opened.keys() >= KEYS
    assert opened["status"] == "collecting"
    assert opened["asking"] == "name"
    assert plain(opened["reply"]).startswith("Bonjour ! Je suis AlloKoliConfig, votre guide")
    assert (await client.get(f"{SESSIONS}/{opened['id']}")).json() == opened


async def test_a_session_needs_no_body(client):
    assert (await client.post(SESSIONS)).status_code == 201


async def test_a_visitor_who_confirms_signs_up_and_the_creation_goes_on(client, voice):
    send = as_visitor(client)
    session_id = (await send("/configurator/sessions", {"locale": "fr"})).json()["id"]
    await until_recap(send, session_id)
    asked = (await send(f"/configurator/sessions/{session_id}/messages", {"text": YES})).json()
    assert asked["status"] == "confirming"
    assert asked["awaiting_account"] is True
    assert "compte" in asked["reply"]
    owner = await sign_up(client)
    claimed = await owner.post(f"/configurator/sessions/{session_id}/claim")
    assert claimed.status_code == 200
    assert claimed.json()["status"] == "creating"
    await run_jobs()
    created = (await owner.get(f"/configurator/sessions/{session_id}")).json()
    assert created["status"] == "created"
    assert created["assistant_id"]
    assert created["messages"][0]["text"].startswith("Bonjour")
    again = await owner.post(f"/configurator/sessions/{session_id}/claim")
    assert again.json()["status"] == "created"
    await run_jobs()
    assert len(voice.assistants) == 1


async def test_claiming_before_confirming_changes_nothing_but_whose_it_is(client, owner, voice):
    session_id = (await client.post(SESSIONS, json={})).json()["id"]
    claimed = (await owner.post(f"/configurator/sessions/{session_id}/claim")).json()
    assert claimed["status"] == "collecting"
    assert (await client.get(f"{SESSIONS}/{session_id}")).status_code == 404
    assert (await owner.get(f"/configurator/sessions/{session_id}")).status_code == 200


async def test_a_claimed_session_cannot_be_read_or_continued_or_claimed_by_others(
    client, owner, stranger
):
    mine = (await owner.post("/configurator/sessions", {})).json()["id"]
    path = f"/configurator/sessions/{mine}"
    for answer in (
        await stranger.get(path),
        await stranger.post(f"{path}/messages", {"text": "Oui"}),
        await stranger.post(f"{path}/claim"),
        await client.get(f"/api/v1{path}"),
        await client.post(f"/api/v1{path}/messages", json={"text": "Oui"}),
    ):
        assert answer.status_code == 404
    assert (await client.post(f"/api/v1{path}/claim")).status_code == 401


async def test_an_id_nobody_holds_opens_nothing(client):
    assert (await client.get(f"{SESSIONS}/{uuid4()}")).status_code == 404
    assert (await client.get(f"{SESSIONS}/not-an-id")).status_code == 422


async def test_too_long_a_message_and_unknown_fields_are_refused(client):
    path = f"{SESSIONS}/{(await client.post(SESSIONS, json={})).json()['id']}/messages"
    for body in (
        {"text": "a" * 2001},
        {"text": 5},
        {},
        {"text": "Oui", "more": 1},
        {"text": "a\u0000b"},
        [],
    ):
        answer = await client.post(path, json=body)
        assert answer.status_code == 422, body
        assert answer.json()["error"]["code"] == "invalid_input"
    assert (await client.post(SESSIONS, json={"locale": "de"})).status_code == 422
    lone = await client.post(
        path, content=b'{"text": "\\ud800"}', headers={"content-type": "application/json"}
    )
    assert lone.status_code == 422


async def test_a_conversation_that_never_ends_is_closed(client, monkeypatch):
    monkeypatch.setattr(service, "MOST_TURNS", 3)
    path = f"{SESSIONS}/{(await client.post(SESSIONS, json={})).json()['id']}"
    for _ in range(3):
        await client.post(f"{path}/messages", json={"text": "Bonjour"})
    closed = (await client.post(f"{path}/messages", json={"text": "Bonjour"})).json()
    assert closed["status"] == "abandoned"
    assert (await client.post(f"{path}/messages", json={"text": "Allo"})).status_code == 409


async def test_sessions_nobody_claims_are_forgotten_and_others_kept(client, owner, at):
    unclaimed = (await client.post(SESSIONS, json={})).json()["id"]
    kept = (await owner.post("/configurator/sessions", {})).json()["id"]
    at(clock.now() + timedelta(days=8))
    await forget_unclaimed(0)
    assert (await client.get(f"{SESSIONS}/{unclaimed}")).status_code == 404
    assert (await service.get_session(owner.identity, UUID(kept))).status == "collecting"
