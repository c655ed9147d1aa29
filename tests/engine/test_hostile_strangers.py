"""What whoever holds a public key, or a page's conversation, tries with an organization's keys."""

import json
from uuid import uuid4

import pytest
from scripted_model import scripted_model
from sqlalchemy import select

from allokoli.core.database import session
from allokoli.core.security.sealed_json import whole
from allokoli.engine.calls.models import Call
from allokoli.engine.calls.overriding import names_a_model_address, overridden

KEY = "sk-of-the-organization"


@pytest.fixture
async def thief():
    """The stranger's own server."""
    async with scripted_model() as made:
        yield made


@pytest.fixture
async def owners():
    """The organization's server."""
    async with scripted_model() as made:
        yield made


async def make(http, path, body):
    answer = await http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def assistant(http, owners):
    """Stored, and answered for by a server that wants a key."""
    model = {"headers": {"authorization": f"Bearer {KEY}", "x-secret": KEY}}
    inline = [{"provider": "custom-llm", "apiKey": KEY}]
    return await make(http, "/assistant", owners.assistant(model=model, credentials=inline))


def led(thief):
    """A model of the stranger's."""
    return {"provider": "custom-llm", "url": thief.url, "model": "scripted"}


async def casts(tenant):
    """The casts of an organization's calls, with what is sealed of them."""
    async with session(tenant.identity) as opened:
        rows = (await opened.scalars(select(Call))).all()
    return [whole(row.cast_json, row.secrets_sealed) for row in rows]


async def test_a_model_led_elsewhere_takes_no_key_along(http, assistant, owners, thief):
    body = {"assistantId": assistant["id"], "input": "Bonjour"}
    await make(http, "/chat", body)
    assert owners.headers[-1]["authorization"] == f"Bearer {KEY}"
    await make(http, "/chat", {**body, "assistantOverrides": {"model": led(thief)}})
    assert len(thief.headers) == 1
    assert KEY not in json.dumps(thief.headers)


async def test_a_call_of_a_page_led_elsewhere_takes_no_key_along(http, tenant, assistant, thief):
    public = {"authorization": f"Bearer {tenant.public}"}
    body = {"assistantId": assistant["id"], "assistantOverrides": {"model": led(thief)}}
    answer = await http.post("/call/web", json=body, headers=public)
    assert answer.status_code == 201, answer.text
    (cast,) = await casts(tenant)
    assert cast["members"][0]["assistant"]["model"]["url"] == thief.url
    assert KEY not in json.dumps(cast)


@pytest.mark.parametrize("scope", ["public", "private"])
async def test_the_key_of_own_servers_is_lent_to_no_strangers_server(http, tenant, thief, scope):
    await make(http, "/credential", {"provider": "custom-llm", "apiKey": KEY})
    bearer = {"authorization": f"Bearer {getattr(tenant, scope)}"}
    answer = await http.post("/call/web", json={"assistant": thief.assistant()}, headers=bearer)
    assert answer.status_code == 201, answer.text
    (cast,) = await casts(tenant)
    assert (KEY in json.dumps(cast)) is (scope == "private")


async def test_a_pages_chat_with_its_own_server_gets_no_key(http, tenant, thief):
    await make(http, "/credential", {"provider": "custom-llm", "apiKey": KEY})
    public = {"authorization": f"Bearer {tenant.public}"}
    body = {"assistant": thief.assistant(), "input": "Bonjour"}
    answer = await http.post("/chat/web", json=body, headers=public)
    assert answer.status_code == 201, answer.text
    again = {"sessionId": answer.json()["sessionId"], "input": "Encore"}
    assert (await http.post("/chat/web", json=again, headers=public)).status_code == 201
    assert len(thief.headers) == 2
    assert KEY not in json.dumps(thief.headers)


def test_what_opens_a_model_stays_with_its_address():
    stored = {
        "model": {"provider": "custom-llm", "url": "https://m.test", "headers": {"a": KEY}},
        "credentials": [{"provider": "custom-llm", "apiKey": KEY}, {"provider": "openai"}],
    }
    moved = overridden(stored, {"model": {"provider": "custom-llm", "url": "https://evil.test"}})
    assert moved["credentials"] == [{"provider": "openai"}]
    assert KEY not in json.dumps(moved)
    kept = overridden(stored, {"model": {**stored["model"], "temperature": 1}})
    assert kept["credentials"] == stored["credentials"]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"assistantId": "a"}, False),
        ({"assistant": {"model": {"provider": "openai"}}}, False),
        ({"assistantOverrides": {"model": {"url": "x"}}}, True),
        ({"squad": {"members": [{"assistant": {"model": {"url": "x"}}}]}}, True),
        ({"assistant": {"server": {"url": "x"}}}, False),
    ],
)
def test_a_request_that_says_where_a_model_is(asked, names):
    assert names_a_model_address(asked) is names


async def test_a_chat_goes_on_from_no_other_organizations(http, make_tenant, owners):
    other = await make_tenant()
    body = {"assistant": owners.assistant(), "input": "Je m'appelle Claire Bernard"}
    theirs = await make(http, "/chat", body)
    opened = await make(http, "/session", {"assistant": owners.assistant()})
    bearer = {"authorization": f"Bearer {other.private}"}
    before = len(owners.requests)
    for named in (
        {"previousChatId": theirs["id"]},
        {"sessionId": opened["id"]},
        {"previousChatId": str(uuid4())},
    ):
        answer = await http.post("/chat", json={"input": "Encore", **named}, headers=bearer)
        assert answer.status_code == 400, answer.text
        assert "Claire" not in answer.text
    assert (await http.get(f"/chat/{theirs['id']}", headers=bearer)).status_code == 404
    assert len(owners.requests) == before
