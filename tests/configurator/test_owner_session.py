"""What a session keeps: a viewer's turn, words said meanwhile, and edits by hand over the API."""

import pytest
from api import run_jobs
from conversations import YES, until_recap
from sqlalchemy import text

from allokoli.core.database import session


@pytest.fixture
async def recapped(owner, voice):
    """A session of a signed-in owner at its recap; returns its path."""
    made = await owner.post("/configurator/sessions", {"locale": "fr"})
    await until_recap(owner.post, made.json()["id"])
    return f"/configurator/sessions/{made.json()['id']}"


async def say(owner, path, words):
    answer = await owner.post(f"{path}/messages", {"text": words})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_viewer_who_confirms_keeps_the_turn_and_is_told_why(owner, recapped, voice):
    async with session(owner.identity) as opened:
        await opened.execute(text("update memberships set role = 'viewer'"))
    told = await say(owner, recapped, YES)
    assert told["status"] == "confirming"
    assert "consulter" in told["reply"]
    assert [line["text"] for line in told["messages"][-2:]] == [YES, told["reply"]]
    assert (await owner.get(recapped)).json()["messages"] == told["messages"]
    await run_jobs()
    assert voice.assistants == {}


async def test_what_is_said_during_and_after_the_creation_is_kept_and_answered(
    owner, recapped, voice
):
    await say(owner, recapped, YES)
    meanwhile = await say(owner, recapped, "C'est bon ?")
    assert meanwhile["status"] == "creating"
    assert meanwhile["messages"][-2]["text"] == "C'est bon ?"
    assert "en train de naître" in meanwhile["reply"]
    await run_jobs()
    after = await say(owner, recapped, "Merci !")
    assert after["status"] == "created"
    assert after["messages"][-2]["text"] == "Merci !"
    assert "tableau de bord" in after["reply"]
    assert len(voice.assistants) == 1


async def test_parts_are_edited_over_the_api_and_the_recap_is_said_again(owner, recapped):
    hours = {"mon": [["09:00", "18:00"]]}
    edited = await owner.patch(recapped, {"blueprint": {"hours": hours, "tone": "calm"}})
    assert edited.status_code == 200
    shown = edited.json()
    assert shown["blueprint"]["hours"] == hours
    assert "Calme et posé" in shown["reply"]
    undone = await say(owner, recapped, "annulez ça")
    assert "hours" not in undone["blueprint"]
    assert undone["blueprint"]["tone"] == "friendly"


@pytest.mark.parametrize(
    "blueprint",
    [
        {},
        {"state": {}},
        {"hours": {"mon": [["25:00", "26:00"]]}},
        {"notify": {"email": "paul"}},
        {"name": ""},
        {"fields": [{"key": "A B", "label": "x"}]},
        {"fields": "name"},
        {"faqs": [{"question": "x"}] * 200},
        {"languages": ["de"]},
    ],
    ids=range(9),
)
async def test_an_edit_a_blueprint_cannot_hold_is_refused_whole(owner, recapped, blueprint):
    before = (await owner.get(recapped)).json()
    answer = await owner.patch(recapped, {"blueprint": blueprint})
    assert answer.status_code == 422
    assert (await owner.get(recapped)).json() == before


async def test_nobody_edits_another_organizations_session_nor_a_created_one(
    owner, stranger, client, recapped
):
    change = {"blueprint": {"tone": "calm"}}
    assert (await stranger.patch(recapped, change)).status_code == 404
    assert (await client.patch(f"/api/v1{recapped}", json=change)).status_code == 404
    await say(owner, recapped, YES)
    assert (await owner.patch(recapped, change)).status_code == 409
