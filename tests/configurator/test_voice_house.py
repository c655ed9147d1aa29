"""Calls with AlloKoliConfig at the real engine: the installation's own, no key in a browser."""

import asyncio
import json
from datetime import timedelta

import httpx
from engines import engine_app, engine_port
from sqlalchemy import select, update

from allokoli.configurator import voice_tasks
from allokoli.configurator.voice_house import HOUSE
from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import signing_keys
from allokoli.engine.calls.models import Call

__all__ = ["engine_app", "engine_port"]

SESSIONS = "/api/v1/configurator/sessions"


async def house_calls():
    async with session(Identity.job(HOUSE)) as opened:
        return (await opened.scalars(select(Call))).all()


async def start(client):
    session_id = (await client.post(SESSIONS, json={"locale": "fr"})).json()["id"]
    return await client.post(f"{SESSIONS}/{session_id}/calls")


async def test_a_visitor_gets_the_link_of_one_call_and_no_key(client, engine_app):
    answer = await start(client)
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == {"id", "web_call_url", "max_duration_s"}
    (key,) = await signing_keys(HOUSE)
    assert key not in answer.text
    (call,) = await house_calls()
    assert str(call.id) == answer.json()["id"]
    # The token that opens the conversation is sealed with the call.
    kept = json.dumps([call.assistant, call.cast_json, call.request])
    assert "x-allokoli-call" not in kept
    assert call.assistant["maxDurationSeconds"] == 600
    assert call.assistant["artifactPlan"]["recordingEnabled"] is False


async def test_one_key_serves_every_call(client, engine_app):
    for _ in range(3):
        assert (await start(client)).status_code == 201
    assert len(await signing_keys(HOUSE)) == 1


async def test_the_house_has_so_many_lines_and_says_when_they_are_taken(
    client, engine_app, settings, monkeypatch
):
    monkeypatch.setattr(settings, "max_calls_per_organization", 1)
    assert (await start(client)).status_code == 201
    refused = await start(client)
    assert refused.status_code in {429, 502, 503}, refused.text


async def statuses():
    return sorted(call.status for call in await house_calls())


async def test_a_conversation_holds_one_line_however_often_it_is_called(client, engine_app):
    session_id = (await client.post(SESSIONS, json={"locale": "fr"})).json()["id"]
    for _ in range(4):
        assert (await client.post(f"{SESSIONS}/{session_id}/calls")).status_code == 201
    assert await statuses() == ["ended"] * 3 + ["queued"]


async def test_calls_started_at_once_leave_one_line(client, engine_app):
    session_id = (await client.post(SESSIONS, json={"locale": "fr"})).json()["id"]
    path = f"{SESSIONS}/{session_id}/calls"
    answers = await asyncio.gather(*(client.post(path) for _ in range(4)))
    assert {one.status_code for one in answers} == {201}
    assert await statuses() == ["ended"] * 3 + ["queued"]


async def test_one_machine_does_not_take_every_line(client, engine_app, settings, at):
    at(clock.now())
    codes = [(await start(client)).status_code for _ in range(settings.max_calls_per_organization)]
    assert codes == [201] * 5 + [429] * 5
    at(clock.now() + timedelta(seconds=61))
    assert (await start(client)).status_code == 201


async def test_a_calls_link_opens_nothing_else_of_the_house(client, engine_app, settings):
    first, second = [(await start(client)).json() for _ in range(2)]
    token = first["web_call_url"].partition("token=")[2]
    bearer = {"authorization": f"Bearer {token}"}
    stolen = {"assistant": {"name": "Autre"}, "input": "Bonjour"}
    async with httpx.AsyncClient(base_url=settings.engine_internal_url) as engine:
        asked = [
            engine.post(f"/call/{second['id']}/offer?token={token}", json={}),
            engine.post(f"/call/{first['id']}/control?token={token}", json={"type": "end-call"}),
            engine.post(f"/call/{first['id']}/control", json={"type": "end-call"}),
            engine.get(f"/call/{first['id']}"),
            engine.get(f"/call/{first['id']}", headers=bearer),
            engine.get(f"/call/{first['id']}/mono-recording?token={token}"),
            engine.get(f"/call/{first['id']}/call-logs?token={token}"),
            engine.post("/call/web", json={"assistant": {"name": "Autre"}}, headers=bearer),
            engine.post("/chat", json=stolen, headers=bearer),
            engine.get("/assistant", headers=bearer),
        ]
        assert [(await one).status_code for one in asked] == [401] * len(asked)
    assert await statuses() == ["queued", "queued"]


async def test_ended_calls_are_forgotten_and_running_ones_kept(client, engine_app, at):
    first, second = [(await start(client)).json()["id"] for _ in range(2)]
    async with session(Identity.job(HOUSE)) as opened:
        await opened.execute(update(Call).where(Call.id == first).values(status="ended"))
    await voice_tasks.forget_calls(0)
    assert len(await house_calls()) == 2, "they have only just ended"
    at(clock.now() + timedelta(hours=2))
    await voice_tasks.forget_calls(0)
    assert [str(call.id) for call in await house_calls()] == [second]
    await voice_tasks.forget_calls(0)


async def test_nothing_to_forget_asks_nobody(client):
    await voice_tasks.forget_calls(0)
