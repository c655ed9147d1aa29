"""Entities, through the official SDK."""

import asyncio
import threading
from uuid import UUID, uuid4

import httpx
import pytest
from calling import TEXT
from vapi.core.api_error import ApiError
from vapi.types import CustomLlmModel

from allokoli.engine.api.validation import limits


async def test_an_assistant_is_created_read_changed_listed_and_deleted(tenant) -> None:
    sdk = tenant.sdk()
    made = await sdk.assistants.create(name="Chez Mario", first_message="Bonsoir !")
    assert UUID(made.id)
    assert made.org_id == str(tenant.org_id)
    assert made.created_at == made.updated_at
    read = await sdk.assistants.get(made.id)
    assert read.name == "Chez Mario"
    changed = await sdk.assistants.update(made.id, first_message="Bonjour !")
    assert (changed.name, changed.first_message) == ("Chez Mario", "Bonjour !")
    assert changed.updated_at > changed.created_at
    assert [one.id for one in await sdk.assistants.list()] == [made.id]
    deleted = await sdk.assistants.delete(made.id)
    assert deleted.id == made.id
    assert await sdk.assistants.list() == []
    with pytest.raises(ApiError) as refused:
        await sdk.assistants.get(made.id)
    assert refused.value.status_code == 404


@pytest.mark.parametrize("group", ["squads", "tools", "phone_numbers"])
async def test_every_kind_of_entity_has_the_same_life(tenant, group) -> None:
    client = getattr(tenant.sdk(), group)
    path = {"squads": "squad", "tools": "tool", "phone_numbers": "phone-number"}[group]
    assistant = await tenant.sdk().assistants.create(name="A")
    body = {
        "squads": {"members": [{"assistantId": assistant.id}], "name": "Équipe"},
        "tools": {"type": "function", "function": {"name": "horaires"}},
        "phone_numbers": {
            "provider": "byo-phone-number",
            "credentialId": str(uuid4()),
            "number": "+33140506070",
            "assistantId": assistant.id,
        },
    }[group]
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        response = await http.post(f"/{path}", json=body)
    assert response.status_code == 201, response.text
    made = response.json()
    read = await client.get(made["id"])
    assert read is not None
    assert read.id == made["id"]
    assert len(await client.list()) == 1
    assert (await client.delete(made["id"])).id == made["id"]
    assert await client.list() == []


async def test_a_patch_replaces_top_level_fields_but_merges_a_model_without_provider(
    tenant,
) -> None:
    sdk = tenant.sdk()
    model = CustomLlmModel(provider="custom-llm", url="http://x.test", model="m", temperature=0.5)
    made = await sdk.assistants.create(
        name="A", model=model, metadata={"kept": 1}, voicemail_message="Rappelez-nous"
    )
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        response = await http.patch(
            f"/assistant/{made.id}",
            json={
                "model": {"messages": [{"role": "system", "content": "Sois bref."}]},
                "metadata": {"new": 2},
                "voicemailMessage": None,
            },
        )
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed["model"]["url"] == "http://x.test"
    assert changed["model"]["temperature"] == 0.5
    assert changed["model"]["messages"][0]["content"] == "Sois bref."
    assert changed["metadata"] == {"new": 2}
    assert "voicemailMessage" not in changed


async def test_a_list_is_newest_first_and_obeys_limit_and_time_filters(tenant) -> None:
    sdk = tenant.sdk()
    made = [await sdk.assistants.create(name=f"n{index}") for index in range(3)]
    newest_first = [one.id for one in reversed(made)]
    assert [one.id for one in await sdk.assistants.list()] == newest_first
    assert [one.id for one in await sdk.assistants.list(limit=2)] == newest_first[:2]
    since = await sdk.assistants.list(created_at_gt=made[0].created_at)
    assert made[2].id in [one.id for one in since]
    assert await sdk.assistants.list(created_at_lt=made[0].created_at) == []
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        response = await http.get("/assistant?limit=2.0")
        assert len(response.json()) == 2
        for query in ("limit=ten", "limit=-1", "limit=1001", "createdAtGt=yesterday", "page=1"):
            assert (await http.get(f"/assistant?{query}")).status_code == 400, query


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": "x" * 41}, "name must be shorter than or equal to 40 characters"),
        ({"nmae": "x"}, "property nmae should not exist"),
        ({"name": 3}, "name must be a string"),
        ({"maxDurationSeconds": 9}, "maxDurationSeconds must not be less than 10"),
        ({"maxDurationSeconds": 43_201}, "maxDurationSeconds must not be greater than 43200"),
        ({"endCallPhrases": ["a"]}, "each value in endCallPhrases must be longer than or equal to"),
        ({"model": {"provider": "ollama"}}, "model.provider must be one of the following values"),
        ({"server": {"urll": "x"}}, "server.property urll should not exist"),
        ({"voice": {"provider": "azure"}}, "voice.voiceId should not be empty"),
        ({"voicemailDetection": "on"}, "voicemailDetection must be"),
        ({"backgroundSound": 3}, "backgroundSound must be"),
        (
            {"model": {"provider": "openai", "model": "gpt-4o", "temperature": 2.1}},
            "model.temperature must not be greater than 2",
        ),
    ],
)
async def test_what_is_not_in_the_contract_is_refused_by_name(tenant, body, message) -> None:
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        response = await http.post("/assistant", json=body)
    assert response.status_code == 400
    refusal = response.json()
    assert refusal["error"] == "Bad Request"
    assert refusal["statusCode"] == 400
    assert any(problem.startswith(message) for problem in refusal["message"]), refusal


@pytest.mark.parametrize(
    "body",
    [
        {"backgroundSound": "https://sons.test/bureau.mp3"},
        {"backgroundSound": "office"},
        {"voicemailDetection": "off"},
        {"voicemailDetection": {"provider": "vapi", "beepMaxAwaitSeconds": 10}},
        {"model": {"provider": "openai", "model": "gpt-99-of-next-year"}},
        {"voice": {"provider": "11labs", "voiceId": "une-voix-à-moi"}},
    ],
)
async def test_what_has_several_forms_is_taken_in_each(tenant, body) -> None:
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        response = await http.post("/assistant", json=body)
    assert response.status_code == 201, response.text
    assert body.items() <= response.json().items()


async def test_a_phone_number_must_lead_to_an_assistant_that_exists(tenant) -> None:
    body = {
        "provider": "byo-phone-number",
        "credentialId": str(uuid4()),
        "assistantId": str(uuid4()),
    }
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        response = await http.post("/phone-number", json=body)
    assert response.status_code == 400
    assert "does not exist" in response.text


async def test_another_organization_s_entities_do_not_exist(tenant, make_tenant) -> None:
    other = await make_tenant()
    made = await tenant.sdk().assistants.create(name="Le mien")
    theirs = other.sdk()
    assert await theirs.assistants.list() == []
    for attempt in (
        lambda: theirs.assistants.get(made.id),
        lambda: theirs.assistants.update(made.id, name="Le leur"),
        lambda: theirs.assistants.delete(made.id),
        lambda: theirs.tools.get(made.id),
    ):
        with pytest.raises(ApiError) as refused:
            await attempt()
        assert refused.value.status_code == 404
    assert (await tenant.sdk().assistants.get(made.id)).name == "Le mien"


async def test_keys_open_only_what_they_are_for(tenant) -> None:
    async with httpx.AsyncClient(base_url=tenant.base_url) as http:
        for headers, status in (
            ({}, 401),
            ({"authorization": "Bearer sk_unknown"}, 401),
            ({"authorization": "Basic abc"}, 401),
            ({"authorization": f"Bearer {tenant.public}"}, 403),
            (tenant.headers, 200),
        ):
            response = await http.get("/assistant", headers=headers)
            assert response.status_code == status, headers
            if status != 200:
                assert response.json()["statusCode"] == status


async def test_hostile_bodies_get_a_plain_refusal(tenant) -> None:
    deep = '{"metadata":' * 5_000 + "1" + "}" * 5_000
    refused = {
        "{": 400,
        "[]": 400,
        '"text"': 400,
        '{"name": NaN}': 400,
        '{"metadata": {"a": 1e999}}': 400,
        '{"name": "\\u0000"}': 400,
        '{"name": "\\ud800"}': 400,
        deep: 400,
        '{"metadata":' * 101 + "1" + "}" * 101: 400,
        '{"metadata": {"a": ' + "[" * 500 + "]" * 500 + "}}": 400,
        '{"metadata": {"a": [' + "0," * 300_000 + "0]}}": 400,
        '{"endCallPhrases": [' + '"aa",' * 20_000 + '"aa"]}': 400,
    }
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        for body, status in refused.items():
            response = await http.post("/assistant", content=body.encode())
            assert response.status_code == status, (body[:40], response.text)
            assert response.json()["statusCode"] == status
        for path in ("/assistant/not-a-uuid", "/call/1", f"/call/{'9' * 500}"):
            assert (await http.get(path)).status_code == 400, path
        assert (await http.get("/assistant")).json() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [("/assistant", {"name": "Mario"}), ("/call", {**TEXT, "assistant": {"name": "Mario"}})],
)
async def test_others_are_answered_while_a_body_is_judged(tenant, monkeypatch, path, body) -> None:
    judging, answered = threading.Event(), threading.Event()
    judged = limits.check_limits

    def slowly(body, own):
        judging.set()
        assert answered.wait(30), "nobody was answered meanwhile"
        return judged(body, own)

    monkeypatch.setattr(limits, "check_limits", slowly)
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        made = asyncio.create_task(http.post(path, json=body, timeout=60))
        assert await asyncio.to_thread(judging.wait, 30)
        assert (await http.get("/assistant")).json() == []
        answered.set()
        assert (await made).status_code == 201


async def test_ten_megabytes_are_refused_before_they_are_read(tenant) -> None:
    host, port = tenant.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        "POST /assistant HTTP/1.1\r\n"
        f"host: {host}\r\nauthorization: Bearer {tenant.private}\r\n"
        "content-type: application/json\r\ncontent-length: 10000000\r\n\r\n"
    )
    writer.write(head.encode() + b'{"name": "')
    status = (await reader.readline()).decode()
    assert " 413 " in status
    writer.close()
