"""One conversation from every side at once: voice, text, hand, and more than it can hold."""

import asyncio
from datetime import timedelta

import pytest
from api import run_jobs
from conversations import SEED
from test_voice_turns import SESSIONS, begin, said

from allokoli.configurator import service
from allokoli.configurator.models import ConfiguratorSession
from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform.accounts import service as accounts
from allokoli.platform.assistants.models import Assistant

YES = "oui c'est parfait"


@pytest.fixture
async def call(client):
    return await begin(client)


async def row_of(call):
    async with session(Identity.visitor(call.session_id)) as opened:
        return await opened.get(ConfiguratorSession, call.session_id)


async def test_a_flood_of_turns_at_once_stays_small(call):
    call.history = [{"role": "user", "content": f"{index} " + "x" * 2_000} for index in range(400)]
    assert (await call.ask()).status_code == 200
    row = await row_of(call)
    assert len(str(row.messages)) < 10_000
    assert len(str(row.voice)) < 300_000
    assert (row.turns, len(said(await call.read()))) == (1, 1)


async def test_a_turn_said_over_and_over_leaves_one(call):
    call.history = [{"role": "user", "content": ""}]
    for index in range(40):
        call.history[0]["content"] = f"c'est pour un restaurant {index}"
        assert (await call.ask()).status_code == 200
    row = await row_of(call)
    assert row.turns == 1
    assert said(await call.read()) == ["c'est pour un restaurant 39"]


async def test_voice_text_and_hand_at_once_all_count(call):
    path = f"{SESSIONS}/{call.session_id}"
    edits = [{"name": "Léa", "hours": {"mon": [["09:00", "18:00"]]}}, {"must_not_say": ["prix"]}]
    answers = await asyncio.gather(
        call.hear("je tiens un restaurant"),
        call.write("je voudrais un ton formel"),
        *(call.client.patch(path, json={"blueprint": one}) for one in edits),
    )
    assert [one.status_code for one in answers[2:]] == [200, 200]
    read = await call.read()
    plan = read["blueprint"]
    assert (plan["name"], plan["sector"], plan["must_not_say"]) == ("Léa", "restaurant", ["prix"])
    assert plan["hours"]["mon"] == [["09:00", "18:00"]]
    assert len(said(read)) == 2


async def test_a_yes_from_every_side_creates_one_assistant(client, owner, voice):
    opened = await client.post(SESSIONS, json={"locale": "fr"}, headers=owner.headers)
    path = f"{SESSIONS}/{opened.json()['id']}"
    call = await begin(client, identity=owner.identity, session_id=opened.json()["id"])
    for words in SEED:
        now = await client.post(f"{path}/messages", json={"text": words}, headers=owner.headers)
    assert now.json()["status"] == "confirming"
    call.history = [{"role": "user", "content": YES}]
    changed = {"blueprint": {"name": "Trop tard"}}
    answers = await asyncio.gather(
        client.post(f"{path}/messages", json={"text": YES}, headers=owner.headers),
        client.post(f"{path}/messages", json={"text": YES}, headers=owner.headers),
        call.ask(),
        call.ask(),
        client.post(f"{path}/claim", headers=owner.headers),
    )
    assert {one.status_code for one in answers} == {200}
    late = await client.patch(path, json=changed, headers=owner.headers)
    assert late.status_code == 409
    await run_jobs()
    assert len(await owner.rows(Assistant)) == 1
    for _ in range(2):
        again = await client.post(f"{path}/messages", json={"text": YES}, headers=owner.headers)
        assert again.json()["status"] == "created"
    call.history.append({"role": "user", "content": "recommence tout"})
    assert (await call.ask()).json()["choices"][0]["finish_reason"] == "tool_calls"
    await run_jobs()
    (made,) = await owner.rows(Assistant)
    assert made.name == "Assistant Chez Mario"


async def test_two_who_sign_up_at_once_do_not_share_a_conversation(call, owner, stranger):
    for words in (*SEED, YES):
        await call.write(words)
    assert (await call.read())["awaiting_account"] is True
    path = f"/configurator/sessions/{call.session_id}/claim"
    answers = await asyncio.gather(owner.post(path), stranger.post(path))
    assert sorted(one.status_code for one in answers) == [200, 404]
    assert (await call.client.get(f"{SESSIONS}/{call.session_id}")).status_code == 404


async def test_visitors_from_one_place_begin_so_many_conversations(client, owner, monkeypatch, at):
    monkeypatch.setattr(service, "_MOST_BEGUN", 3)
    at(clock.now())
    codes = [(await client.post(SESSIONS, json={})).status_code for _ in range(4)]
    assert codes == [201] * 3 + [429]
    assert (await client.post(SESSIONS, json={}, headers=owner.headers)).status_code == 201
    at(clock.now() + timedelta(hours=1, seconds=1))
    assert (await client.post(SESSIONS, json={})).status_code == 201


async def test_one_place_makes_so_many_accounts(client, monkeypatch):
    monkeypatch.setattr(accounts, "_ACCOUNTS_PER_MACHINE", 2)
    asked = [{"email": f"a{index}@exemple.fr", "password": "x" * 12} for index in (0, 0, 1)]
    codes = [(await client.post("/api/v1/auth/register", json=one)).status_code for one in asked]
    assert codes == [201, 409, 429], "those that only ask whether there is one count too"
