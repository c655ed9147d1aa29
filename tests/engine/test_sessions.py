"""Sessions remember, in order, until they are over."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from scripted_model import scripted_model
from vapi.core.api_error import ApiError

from allokoli.engine.chats import announcing, tasks


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


async def _session(http, **body) -> dict:
    answer = await http.post("/session", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_official_client_opens_reads_changes_and_closes_a_session(tenant, model) -> None:
    sdk = tenant.sdk()
    assistant = await sdk.assistants.create(**model.assistant())
    made = await sdk.sessions.create(
        assistant_id=assistant.id, name="Léa", customer={"number": "+33612345678"}
    )
    assert (made.status, made.expiration_seconds, made.org_id) == (
        "active", 86_400, str(tenant.org_id),
    )  # fmt: skip
    assert (made.assistant_id, made.customer.number, made.cost) == (
        assistant.id, "+33612345678", 0,
    )  # fmt: skip
    model.script = ["Bonjour Léa."]
    chat = await sdk.chats.create(session_id=made.id, input="Je suis Léa.")
    assert chat.session_id == made.id
    read = await sdk.sessions.get(made.id)
    assert [(one.role, one.content) for one in read.messages] == [
        ("user", "Je suis Léa."),
        ("assistant", "Bonjour Léa."),
    ]
    assert [one.type for one in read.costs] == ["model", "session"]
    assert (read.costs[0].prompt_tokens, read.costs[0].completion_tokens) == (7, 3)
    assert read.artifact.messages_open_ai_formatted[1].content == "Bonjour Léa."
    assert read.messages[0].message == "Je suis Léa."
    assert read.messages[0].time >= read.created_at.timestamp() * 1000 - 1
    assert read.artifact.transcript == "User: Je suis Léa.\nAI: Bonjour Léa.\n"
    listed = await sdk.sessions.list(name="Léa", assistant_id=assistant.id)
    assert [one.id for one in listed.results] == [made.id]
    assert (await sdk.sessions.list(customer_number_any="+33700000000")).results == []
    changed = await sdk.sessions.update(made.id, name="Autre", status="completed")
    assert (changed.name, changed.status) == ("Autre", "completed")
    with pytest.raises(ApiError) as refused:
        await sdk.chats.create(session_id=made.id, input="Encore ?")
    assert refused.value.status_code == 400
    assert (await sdk.sessions.delete(made.id)).id == made.id
    with pytest.raises(ApiError) as missing:
        await sdk.sessions.get(made.id)
    assert missing.value.status_code == 404
    assert (await sdk.chats.get(chat.id)).output[0].content == "Bonjour Léa."


async def test_each_chat_is_told_everything_said_before(http, model) -> None:
    made = await _session(
        http,
        assistant=model.assistant(
            model={"messages": [{"role": "system", "content": "{{town}} {{who}}"}]}
        ),
        assistantOverrides={"variableValues": {"town": "Lyon", "who": "?"}},
        messages=[{"role": "assistant", "content": "Bonjour."}],
    )
    model.script = ["Un.", "Deux."]
    overrides = {"variableValues": {"who": "Léa"}}
    for text in ("Premier", "Second"):
        body = {"sessionId": made["id"], "input": text, "assistantOverrides": overrides}
        assert (await http.post("/chat", json=body)).status_code == 201
    told = [(one["role"], one["content"]) for one in model.requests[1]["messages"]]
    assert told == [
        ("system", "Lyon Léa"),
        ("assistant", "Bonjour."),
        ("user", "Premier"),
        ("assistant", "Un."),
        ("user", "Second"),
    ]


async def test_chats_at_once_are_answered_one_after_the_other(http, model) -> None:
    made = await _session(http, assistant=model.assistant())
    bodies = [{"sessionId": made["id"], "input": f"Message {n}"} for n in range(8)]
    answers = await asyncio.gather(*(http.post("/chat", json=body) for body in bodies))
    assert {one.status_code for one in answers} == {201}
    assert model.most_running == 1
    messages = (await http.get(f"/session/{made['id']}")).json()["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant"] * 8
    assert {one["content"] for one in messages[::2]} == {one["input"] for one in bodies}
    assert sorted(len(one["messages"]) for one in model.requests) == list(range(1, 17, 2))


async def test_a_session_that_another_process_wrote_to_loses_nothing(http, model, tenant) -> None:
    made = await _session(http, assistant=model.assistant())
    model.script = ["hold"]
    slow = asyncio.create_task(
        http.post("/chat", json={"sessionId": made["id"], "input": "Lentement"})
    )
    await model.held.wait()
    kept = [{"role": "user", "content": "D'ailleurs"}]
    assert (await http.patch(f"/session/{made['id']}", json={"messages": kept})).is_success
    model.release.set()
    assert (await slow).status_code == 409
    [after] = (await http.get(f"/session/{made['id']}")).json()["messages"]
    assert (after["role"], after["content"], after["message"]) == ("user", *["D'ailleurs"] * 2)


async def test_a_session_expires(http, model, at) -> None:
    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    at(start)
    made = await _session(http, assistant=model.assistant(), expirationSeconds=60)
    chat = {"sessionId": made["id"], "input": "Bonjour"}
    assert (await http.post("/chat", json=chat)).status_code == 201
    at(start + timedelta(seconds=61))
    refused = await http.post("/chat", json=chat)
    assert refused.status_code == 400
    assert "expired" in refused.json()["message"][0]
    assert (await http.get(f"/session/{made['id']}")).json()["status"] == "completed"
    assert (await http.get("/session")).json()["results"][0]["status"] == "completed"
    longer = {"expirationSeconds": 3600}
    assert (await http.patch(f"/session/{made['id']}", json=longer)).json()["status"] == "active"
    assert (await http.post("/chat", json=chat)).status_code == 201


async def test_a_session_without_anybody_takes_who_the_chat_names(http, model) -> None:
    made = await _session(http, customer={"number": "+33612345678"})
    chat = {"sessionId": made["id"], "input": "Bonjour"}
    refused = await http.post("/chat", json=chat)
    assert refused.status_code == 400
    answered = await http.post("/chat", json={**chat, "assistant": model.assistant()})
    assert answered.status_code == 201


async def test_the_server_is_told_of_a_sessions_life(http, model, receiver) -> None:
    kinds = ["session.created", "session.updated", "session.deleted", "chat.created"]
    listening = {"server": {"url": receiver.url}, "serverMessages": kinds}
    made = await _session(http, assistant=model.assistant(**listening))
    await asyncio.gather(*announcing.sending._tasks)
    await http.post("/chat", json={"sessionId": made["id"], "input": "Bonjour"})
    await asyncio.gather(*announcing.sending._tasks)
    await http.patch(f"/session/{made['id']}", json={"name": "Autre"})
    await asyncio.gather(*announcing.sending._tasks)
    await http.delete(f"/session/{made['id']}")
    await asyncio.gather(*announcing.sending._tasks)
    assert sorted(one["type"] for one in receiver.messages) == sorted([*kinds, "session.updated"])
    assert all(one["session"]["id"] == made["id"] for one in receiver.messages if "session" in one)


async def test_what_cannot_be_a_session_is_refused_by_name(http, model) -> None:
    somebody = {"assistant": model.assistant()}
    for body in (
        {**somebody, "assistantId": "x"},
        {**somebody, "squad": {"members": []}},
        {"assistantId": "00000000-0000-4000-8000-000000000000"},
        {**somebody, "expirationSeconds": 59},
        {**somebody, "expirationSeconds": 2_592_001},
        {**somebody, "expirationSeconds": "x"},
        {**somebody, "status": "asleep"},
        {**somebody, "name": "x" * 41},
        {**somebody, "messages": "x"},
        {**somebody, "messages": [{"role": "king", "content": "x"}]},
        {**somebody, "messages": [{"role": "user", "content": "x"}] * 1001},
        {**somebody, "cost": 3},
        {**somebody, "conversationState": {}},
        {**somebody, "colour": "red"},
    ):
        answer = await http.post("/session", json=body)
        assert answer.status_code == 400, (body, answer.text)
    made = await _session(http, **somebody)
    for patch in ({"status": "asleep"}, {"assistantId": "x"}, {"messages": [3]}, {"cost": 1}):
        answer = await http.patch(f"/session/{made['id']}", json=patch)
        assert answer.status_code == 400, (patch, answer.text)
    assert (await http.get("/session/x")).status_code == 400


async def test_sessions_of_another_organization_do_not_exist(http, model, make_tenant) -> None:
    made = await _session(http, assistant=model.assistant())
    stranger = await make_tenant()
    async with httpx.AsyncClient(base_url=stranger.base_url, headers=stranger.headers) as theirs:
        assert (await theirs.get("/session")).json()["results"] == []
        for method in ("get", "patch", "delete"):
            body = {"name": "x"} if method == "patch" else None
            answer = await theirs.request(method, f"/session/{made['id']}", json=body)
            assert answer.status_code == 404
        chat = {"sessionId": made["id"], "input": "Et ?", "assistant": model.assistant()}
        assert (await theirs.post("/chat", json=chat)).status_code == 400
    assert (await http.get(f"/session/{made['id']}")).json()["messages"] == []


async def test_a_full_session_says_so(http, model) -> None:
    full = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}] * 500
    made = await _session(http, assistant=model.assistant(), messages=full)
    refused = await http.post("/chat", json={"sessionId": made["id"], "input": "Encore"})
    assert refused.status_code == 400
    assert "1000 messages" in refused.json()["message"]


async def test_chats_and_sessions_nobody_wrote_in_for_long_are_forgotten(
    http, model, at, settings, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "chat_retention_days", 30)
    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    at(start)
    assistant = (await http.post("/assistant", json=model.assistant())).json()["id"]
    old = await _session(http, assistantId=assistant)
    await http.post("/chat", json={"sessionId": old["id"], "input": "Bonjour"})
    at(start + timedelta(days=20))
    recent = await _session(http, assistantId=assistant)
    await tasks.forget_chats(0)
    assert len((await http.get("/session")).json()["results"]) == 2
    at(start + timedelta(days=31))
    await tasks.forget_chats(0)
    kept = (await http.get("/session")).json()["results"]
    assert [one["id"] for one in kept] == [recent["id"]]
    assert (await http.get("/chat")).json()["results"] == []
    assert (await http.get(f"/assistant/{assistant}")).status_code == 200
