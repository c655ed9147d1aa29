"""Credentials go in, and only what they are for comes out."""

import httpx
import psycopg
import pytest

from allokoli.core import database
from allokoli.core.database import session
from allokoli.core.settings import get_settings
from allokoli.engine import credentials
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.credentials import service

_HMAC = {"type": "hmac", "secretKey": "hidden-key", "algorithm": "sha256"}
_SAMPLES = [
    {"provider": "openai", "apiKey": "hidden", "name": "Mine"},
    {"provider": "twilio", "accountSid": "AC1", "authToken": "hidden"},
    {"provider": "custom-credential", "authenticationPlan": _HMAC},
    {"provider": "slack-webhook", "webhookUrl": "https://hooks.example.com/hidden"},
    {
        "provider": "azure-openai",
        "region": "eastus",
        "models": ["gpt-4o-2024-08-06"],
        "openAIKey": "hidden",
        "openAIEndpoint": "https://mine.example.com",
    },
    {
        "provider": "byo-sip-trunk",
        "gateways": [{"ip": "203.0.113.1"}],
        "outboundAuthenticationPlan": {"authUsername": "me", "authPassword": "hidden"},
    },
    {
        "provider": "s3",
        "awsAccessKeyId": "AKIA",
        "awsSecretAccessKey": "hidden",
        "region": "eu-west-3",
        "s3BucketName": "b",
        "s3PathPrefix": "p",
    },
]


@pytest.mark.parametrize("body", _SAMPLES, ids=lambda body: body["provider"])
async def test_a_secret_is_never_shown_nor_stored_in_the_clear(http, tenant, body) -> None:
    made = await http.post("/credential", json=body)
    assert made.status_code == 201, made.text
    path = f"/credential/{made.json()['id']}"
    answers = [
        made,
        await http.get(path),
        await http.get("/credential"),
        await http.patch(path, json={"name": "New"}),
    ]
    assert all("hidden" not in answer.text for answer in answers)
    assert answers[3].json()["name"] == "New"
    assert made.json()["orgId"] == str(tenant.org_id)
    found = await credentials.find(tenant.org_id, provider=body["provider"])
    assert found == {**body, "name": "New", "id": made.json()["id"]}
    url = database.admin_url(get_settings()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        rows = connection.execute("select c::text from engine.credentials c").fetchall()
    assert all("hidden" not in row for (row,) in rows)
    gone = await http.delete(path)
    assert gone.status_code == 200
    assert gone.json()["provider"] == body["provider"]
    assert (await http.get(path)).status_code == 404


async def test_every_provider_of_the_contract_is_known(http) -> None:
    refused = await http.post("/credential", json={"provider": "nobody"})
    assert refused.status_code == 400
    named = refused.json()["message"][0].partition(": ")[2].split(", ")
    assert len(named) == 57


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "provider must be"),
        ({"provider": ["openai"]}, "provider must be"),
        ({"provider": "openai"}, "apiKey should not be empty"),
        ({"provider": "openai", "apiKey": 5}, "apiKey must be a string"),
        ({"provider": "openai", "apiKey": ""}, "apiKey must be between"),
        ({"provider": "openai", "apiKey": "x" * 30_000}, "apiKey must be between"),
        ({"provider": "openai", "apiKey": "x", "zone": 1}, "property zone should not exist"),
        ({"provider": "openai", "apiKey": "x", "name": "n" * 41}, "name must be between"),
        ({"provider": "webhook"}, "authenticationPlan should not be empty"),
        ({"provider": "webhook", "authenticationPlan": {"type": "magic"}}, "type must be"),
        (
            {"provider": "webhook", "authenticationPlan": {"type": "bearer"}},
            "authenticationPlan.token should not be empty",
        ),
    ],
)
async def test_a_wrong_credential_is_refused_by_name(http, body, word) -> None:
    refused = await http.post("/credential", json=body)
    assert refused.status_code == 400
    assert any(word in problem for problem in refused.json()["message"])
    assert (await http.get("/credential")).json() == []


async def test_a_change_keeps_secrets_that_are_not_sent_again(http, tenant) -> None:
    made = (await http.post("/credential", json=_SAMPLES[0])).json()
    path = f"/credential/{made['id']}"
    await http.patch(path, json={"name": "Other"})
    assert (await credentials.find(tenant.org_id, credential_id=made["id"]))["apiKey"] == "hidden"
    await http.patch(path, json={"apiKey": "newer"})
    assert (await credentials.find(tenant.org_id, credential_id=made["id"]))["apiKey"] == "newer"
    assert (await http.patch(path, json={"provider": "groq"})).status_code == 400
    assert (await http.patch(path, json={"apiKey": None})).status_code == 400
    assert (await credentials.find(tenant.org_id, provider="openai"))["apiKey"] == "newer"


async def test_credentials_are_their_organization_s_alone(http, tenant, make_tenant) -> None:
    made = (await http.post("/credential", json=_SAMPLES[0])).json()
    other = await make_tenant()
    async with httpx.AsyncClient(base_url=other.base_url, headers=other.headers) as stranger:
        for method in ("GET", "PATCH", "DELETE"):
            answer = await stranger.request(method, f"/credential/{made['id']}", json={})
            assert answer.status_code == 404
        assert (await stranger.get("/credential")).json() == []
    assert await credentials.find(other.org_id, credential_id=made["id"]) is None
    public = {"authorization": f"Bearer {tenant.public}"}
    assert (await http.get("/credential", headers=public)).status_code in {401, 403}


async def test_there_is_an_end_to_them(http, monkeypatch) -> None:
    monkeypatch.setattr(service, "_MAX_PER_ORGANIZATION", 2)
    statuses = [(await http.post("/credential", json=_SAMPLES[0])).status_code for _ in range(3)]
    assert statuses == [201, 201, 400]


@pytest.mark.parametrize("wrong", ["x", "5", "d22823f8-74cd-4889-aa4a-82e908c21d05"])
async def test_no_credential_is_found_by_a_wrong_id(http, tenant, wrong) -> None:
    assert await credentials.find(tenant.org_id, credential_id=wrong) is None
    assert (await http.get(f"/credential/{wrong}")).status_code in {400, 404}


async def test_a_cast_is_lent_what_its_models_need(http, tenant) -> None:
    old = (await http.post("/credential", json={"provider": "groq", "apiKey": "old"})).json()
    await http.post("/credential", json={"provider": "groq", "apiKey": "new"})
    await http.post("/credential", json={"provider": "openai", "apiKey": "stored"})
    await http.post("/credential", json=_SAMPLES[1])
    own = {"provider": "openai", "apiKey": "own"}
    cast = Cast(
        (
            Member({"name": "a"}),
            Member({"name": "b", "credentials": [own]}),
            Member({"name": "c", "credentialIds": [old["id"]]}),
        )
    )
    async with session(tenant.identity) as opened:
        lent = await credentials.lend(opened, cast)
    keys = [
        {one["provider"]: one.get("apiKey") for one in member.assistant["credentials"]}
        for member in lent.members
    ]
    assert keys == [
        {"groq": "new", "openai": "stored"},
        {"openai": "own", "groq": "new"},
        {"groq": "old"},
    ]
    assert "credentials" not in cast.first.assistant
