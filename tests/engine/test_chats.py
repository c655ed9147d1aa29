"""Chats are answered, kept, continued and streamed, for Vapi's client and for OpenAI's."""

import asyncio
import gc
import json
from uuid import uuid4

import httpx
import openai
import pytest
from scripted_model import scripted_model
from vapi.core.api_error import ApiError

from allokoli.engine.api.errors import Invalid
from allokoli.engine.chats import announcing, streaming, working
from allokoli.engine.chats.turns import Turn

SILENT = "http://127.0.0.1:9/nobody"


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


async def _post(http, path="/chat", status=201, **body) -> dict:
    answer = await http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def _events(http, path="/chat", **body) -> list[dict]:
    async with http.stream("POST", path, json=body) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = (await answer.aread()).decode()
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


async def test_the_official_client_chats_and_reads_the_answer_back(tenant, model) -> None:
    sdk = tenant.sdk()
    instructions = [{"role": "system", "content": "Tu parles à {{name}}."}]
    assistant = await sdk.assistants.create(
        **model.assistant(model={"messages": instructions}, first_message="Bonjour !")
    )
    model.script = ["Nous ouvrons à 19 h."]
    chat = await sdk.chats.create(
        assistant_id=assistant.id,
        input="À quelle heure ouvrez-vous ?",
        name="Horaires",
        assistant_overrides={"variableValues": {"name": "Léa"}},
    )
    assert (chat.org_id, chat.assistant_id, chat.name) == (
        str(tenant.org_id), assistant.id, "Horaires",
    )  # fmt: skip
    assert [(one.role, one.content) for one in chat.output] == [
        ("assistant", "Nous ouvrons à 19 h.")
    ]
    assert [one.role for one in chat.messages] == ["user"]
    assert chat.cost == 0
    assert [one.type for one in chat.costs] == ["model", "chat"]
    assert (chat.costs[0].prompt_tokens, chat.costs[0].completion_tokens) == (7, 3)
    asked = model.requests[0]["messages"]
    assert asked[0] == {"role": "system", "content": "Tu parles à Léa."}
    assert asked[1]["content"] == "À quelle heure ouvrez-vous ?"
    read = await sdk.chats.get(chat.id)
    assert read.output[0].content == "Nous ouvrons à 19 h."
    gone = await sdk.chats.delete(chat.id)
    assert gone.id == chat.id
    with pytest.raises(ApiError) as missing:
        await sdk.chats.get(chat.id)
    assert missing.value.status_code == 404


async def test_a_chat_goes_on_from_the_one_before(http, model) -> None:
    model.script = ["Bonjour Léa.", "Vous êtes Léa."]
    first = await _post(http, assistant=model.assistant(), input="Je suis Léa.")
    second = await _post(http, previousChatId=first["id"], input="Qui suis-je ?")
    assert second["output"] == [{"role": "assistant", "content": "Vous êtes Léa."}]
    told = [(one["role"], one["content"]) for one in model.requests[1]["messages"]]
    assert told == [
        ("user", "Je suis Léa."),
        ("assistant", "Bonjour Léa."),
        ("user", "Qui suis-je ?"),
    ]
    third = await _post(http, previousChatId=second["id"], input="Et ?")
    assert len(third["messages"]) == 5
    assert "conversationState" not in third


async def test_messages_may_be_given_in_either_of_vapis_shapes(http, model) -> None:
    await _post(
        http,
        assistant=model.assistant(),
        input=[
            {"role": "system", "content": "Sois bref."},
            {"role": "bot", "message": "Bonjour.", "time": 0, "secondsFromStart": 0},
            {"role": "user", "message": "Salut.", "time": 1, "endTime": 2, "secondsFromStart": 1},
        ],
    )
    told = [(one["role"], one["content"]) for one in model.requests[0]["messages"]]
    assert told == [("system", "Sois bref."), ("assistant", "Bonjour."), ("user", "Salut.")]


async def test_pages_filter_and_sort(http, tenant, model) -> None:
    kept = [await _post(http, assistant=model.assistant(), input=f"{n}") for n in range(3)]
    chained = await _post(http, previousChatId=kept[0]["id"], input="suite")
    page = await tenant.sdk().chats.list(limit=2, sort_order="ASC")
    assert [one.id for one in page.results] == [kept[0]["id"], kept[1]["id"]]
    assert (page.metadata.total_items, page.metadata.current_page) == (4, 1)
    second = await tenant.sdk().chats.list(limit=2, page=2, sort_order="ASC")
    assert [one.id for one in second.results] == [kept[2]["id"], chained["id"]]
    found = await tenant.sdk().chats.list(previous_chat_id=kept[0]["id"])
    assert [one.id for one in found.results] == [chained["id"]]
    either = await tenant.sdk().chats.list(id_any=f"{kept[1]['id']},{kept[2]['id']}")
    assert {one.id for one in either.results} == {kept[1]["id"], kept[2]["id"]}
    assert len((await tenant.sdk().chats.list(sort_by="cost")).results) == 4
    late = (await http.get("/chat?createdAtGt=2100-01-01T00:00:00Z")).json()
    assert late["results"] == []
    for query in ("sortBy=colour", "page=0", "limit=1001", "colour=red"):
        assert (await http.get(f"/chat?{query}")).status_code == 400, query


async def test_words_are_streamed_as_they_come_and_kept(http, model) -> None:
    model.script = ["Un deux trois."]
    events = await _events(http, assistant=model.assistant(), input="Compte", stream=True)
    assert len(events) > 1
    assert {one["path"] for one in events} == {"chat.output[0].content"}
    assert {tuple(one) for one in events} == {("id", "path", "delta")}
    assert "".join(one["delta"] for one in events).strip() == "Un deux trois."
    [chat_id] = {one["id"] for one in events}
    kept = (await http.get(f"/chat/{chat_id}")).json()
    assert kept["output"][0]["content"].strip() == "Un deux trois."


async def test_openais_client_streams_and_waits(tenant, model) -> None:
    client = openai.AsyncOpenAI(
        api_key=tenant.private, base_url=f"{tenant.base_url}/chat", max_retries=0
    )
    extra = {"assistant": model.assistant()}
    model.script = ["Un deux trois.", "Quatre.", "Cinq."]
    whole = await client.responses.create(
        model="gpt-4o", input="Compte", stream=False, extra_body=extra
    )
    assert (whole.object, whole.status) == ("response", "completed")
    assert whole.output_text.strip() == "Un deux trois."
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (7, 3)
    kinds, words = [], ""
    stream = await client.responses.create(
        model="gpt-4o",
        input=[{"role": "user", "content": [{"type": "input_text", "text": "Et ?"}]}],
        stream=True,
        previous_response_id=whole.id,
    )
    async for event in stream:
        kinds.append(event.type)
        if event.type == "response.output_text.delta":
            words += event.delta
    assert words.strip() == "Quatre."
    assert kinds[0] == "response.created"
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert event.response.output_text.strip() == "Quatre."
    assert [one["role"] for one in model.requests[1]["messages"]] == ["user", "assistant", "user"]
    async with client.responses.stream(model="x", input="Et ?", extra_body=extra) as helper:
        final = await helper.get_final_response()
    assert final.output_text.strip() == "Cinq."
    unsaid = await client.responses.create(input="a", model="x", stream=False, extra_body=extra)
    assert unsaid.id != whole.id
    await client.close()


async def test_responses_stream_unless_told_otherwise(http, model, tenant) -> None:
    events = await _events(http, "/chat/responses", assistant=model.assistant(), input="Salut")
    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert events[-1]["type"] == "response.completed"
    answer = await tenant.sdk().chats.create_response(
        assistant=model.assistant(), input="Salut", stream=False
    )
    assert answer.output[0].content[0].text.strip() == "D'accord."


async def test_a_model_that_fails_is_told_and_nothing_is_kept(http, model) -> None:
    model.script = ["refuse"]
    body = {"assistant": model.assistant(), "input": "Allô ?"}
    refused = await http.post("/chat", json=body)
    assert refused.status_code == 400
    assert "could not answer" in refused.json()["message"]
    model.script = ["break", "break"]
    events = await _events(http, **body, stream=True)
    assert "Je commence" in "".join(one.get("delta", "") for one in events)
    assert events[-1]["error"]["statusCode"] == 400
    model.script = ["break", "break"]
    events = await _events(http, "/chat/responses", **body)
    assert events[-1]["type"] == "error"
    assert (await http.get("/chat")).json()["results"] == []


async def test_an_answer_outlives_the_client_that_asked_for_it(http, model, tenant) -> None:
    model.script = ["hold"]
    body = {"assistant": model.assistant(), "input": "Cherche", "stream": True}
    async with (
        httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as leaving,
        leaving.stream("POST", "/chat", json=body) as answer,
    ):
        first = await anext(answer.aiter_lines())
        chat_id = json.loads(first[6:])["id"]
    model.release.set()
    await asyncio.gather(*working.at_work._tasks)
    kept = (await http.get(f"/chat/{chat_id}")).json()
    assert kept["output"][0]["content"].strip() == "Un instant, voilà."


async def test_a_client_that_leaves_before_the_answer_leaves_no_words_in_the_log(tenant) -> None:
    session_id, logged = str(uuid4()), []
    turn = Turn(tenant.identity, {"sessionId": session_id, "input": "Mon code est 1234"})
    asyncio.get_running_loop().set_exception_handler(lambda _, context: logged.append(context))
    try:
        async with working.alone(session_id):
            asking = asyncio.create_task(turn.begin())
            while turn._task is None:  # noqa: ASYNC110 - it is set by the loop itself
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        await turn.finished()
        assert isinstance(turn._ready._exception, Invalid)
        del turn
        gc.collect()
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert not logged


async def test_a_quiet_stream_shows_that_it_lives(http, model, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "QUIET_S", 0.01)
    model.script = ["hold"]
    body = {"assistant": model.assistant(), "input": "Cherche", "stream": True}
    async with http.stream("POST", "/chat", json=body) as answer:
        lines = answer.aiter_lines()
        async for line in lines:
            if line == ": waiting" and model.held.is_set():
                break
        model.release.set()
        rest = [json.loads(line[6:]) async for line in lines if line.startswith("data: ")]
    assert "voilà." in "".join(one["delta"] for one in rest)


async def test_what_cannot_be_a_chat_is_refused_by_name(http, model) -> None:
    somebody = {"assistant": model.assistant()}
    refused = {
        "nobody answers": {"input": "x"},
        "no input": somebody,
        "an empty input": {**somebody, "input": "  "},
        "no messages": {**somebody, "input": []},
        "a number": {**somebody, "input": 3},
        "a long input": {**somebody, "input": "x" * 10_001},
        "the assistant last": {**somebody, "input": [{"role": "assistant", "content": "x"}]},
        "an unknown role": {**somebody, "input": [{"role": "king", "content": "x"}]},
        "no content": {**somebody, "input": [{"role": "user"}]},
        "content that is no text": {**somebody, "input": [{"role": "user", "content": {"a": 1}}]},
        "a property more": {**somebody, "input": [{"role": "user", "content": "x", "z": 1}]},
        "too many messages": {**somebody, "input": [{"role": "user", "content": "x"}] * 1001},
        "two answerers": {**somebody, "assistantId": str(uuid4()), "input": "x"},
        "an unknown assistant": {"assistantId": str(uuid4()), "input": "x"},
        "an id that is none": {"assistantId": "x", "input": "x"},
        "an unknown squad": {"squadId": str(uuid4()), "input": "x"},
        "an unknown session": {"sessionId": str(uuid4()), "input": "x"},
        "a session that is none": {"sessionId": "x", "input": "x"},
        "an unknown chat": {"previousChatId": str(uuid4()), "input": "x"},
        "session and chat": {"sessionId": "a", "previousChatId": "b", "input": "x"},
        "a text message": {**somebody, "input": "x", "transport": {"type": "twilio.sms"}},
        "an unknown property": {**somebody, "input": "x", "colour": "red"},
        "a long name": {**somebody, "input": "x", "name": "x" * 41},
        "a bad assistant": {"assistant": {"maxDurationSeconds": 1}, "input": "x"},
    }
    for what, body in refused.items():
        for path, more in (("/chat", {}), ("/chat", {"stream": True}), ("/chat/responses", {})):
            answer = await http.post(path, json={**body, **more})
            assert answer.status_code == 400, (what, path, answer.text)
            assert answer.json()["message"], what
    image = [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]
    answer = await http.post("/chat/responses", json={**somebody, "input": image})
    assert answer.status_code == 400
    assert model.requests == []


async def test_chats_of_another_organization_do_not_exist(http, model, make_tenant) -> None:
    chat = await _post(http, assistant=model.assistant(), input="Secret")
    stranger = await make_tenant()
    async with httpx.AsyncClient(base_url=stranger.base_url, headers=stranger.headers) as theirs:
        assert (await theirs.get("/chat")).json()["results"] == []
        assert (await theirs.get(f"/chat/{chat['id']}")).status_code == 404
        assert (await theirs.delete(f"/chat/{chat['id']}")).status_code == 404
        goes_on = {"previousChatId": chat["id"], "input": "Et ?"}
        assert (await theirs.post("/chat", json=goes_on)).status_code == 400
    public = {"authorization": f"Bearer {stranger.public}"}
    async with httpx.AsyncClient(base_url=stranger.base_url, headers=public) as theirs:
        assert (await theirs.get("/chat")).status_code == 403


async def test_the_server_is_told_of_chats_when_it_listens(http, model, receiver) -> None:
    listening = {
        "server": {"url": receiver.url, "headers": {"x-vapi-secret": "s3"}},
        "serverMessages": ["chat.created", "chat.deleted"],
    }
    chat = await _post(http, assistant=model.assistant(**listening), input="Bonjour")
    await _post(http, assistant=model.assistant(server=listening["server"]), input="Bonjour")
    await http.delete(f"/chat/{chat['id']}")
    await asyncio.gather(*announcing.sending._tasks)
    created, deleted = receiver.messages
    assert (created["type"], deleted["type"]) == ("chat.created", "chat.deleted")
    assert created["chat"]["id"] == deleted["chat"]["id"] == chat["id"]
    assert receiver.secrets == {"s3"}
    assert "s3" not in json.dumps(created["assistant"])


async def test_a_server_that_is_gone_delays_no_chat(http, model) -> None:
    listening = {"server": {"url": SILENT}, "serverMessages": ["chat.created"]}
    chat = await _post(http, assistant=model.assistant(**listening), input="Bonjour")
    assert chat["output"]


async def test_a_page_chats_with_a_public_key_and_sees_only_words(http, tenant, model) -> None:
    secret = {"messages": [{"role": "system", "content": "Consigne secrète."}]}
    body = model.assistant(model=secret)
    assistant_id = (await http.post("/assistant", json=body)).json()["id"]
    private = (await http.post("/session", json={"assistantId": assistant_id})).json()["id"]
    public = {"authorization": f"Bearer {tenant.public}"}
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=public, timeout=120) as page:
        model.script = ["Un.", "Deux.", "Trois."]
        first = await _post(page, "/chat/web", assistantId=assistant_id, input="Bonjour")
        assert first["output"] == [{"role": "assistant", "content": "Un."}]
        assert set(first) == {"id", "sessionId", "output"}
        goes_on = {"sessionId": first["sessionId"], "input": "Et ?"}
        events = await _events(page, "/chat/web", **goes_on, stream=True)
        assert "".join(one["delta"] for one in events) == "Deux."
        last = {**goes_on, "sessionEnd": True, "stream": False}
        whole = await _post(page, "/chat/web/responses", **last)
        assert whole["output"][0]["content"][0]["text"] == "Trois."
        assert len(model.requests[2]["messages"]) == 6
        for status, refused in (
            (400, goes_on),
            (400, {"input": "x"}),
            (400, {"assistantId": assistant_id, "input": "x", "previousChatId": first["id"]}),
            (400, {"assistantId": assistant_id, "input": "x",
                   "assistantOverrides": {"model": body["model"]}}),
            (400, {**goes_on, "assistantId": assistant_id}),
            (404, {"sessionId": private, "input": "x"}),
        ):  # fmt: skip
            answer = await page.post("/chat/web", json=refused)
            assert answer.status_code == status, (refused, answer.text)
        assert (await page.get(f"/chat/{first['id']}")).status_code == 403
    async with httpx.AsyncClient(base_url=tenant.base_url) as nobody:
        refused = await nobody.post("/chat/web", json={"assistantId": assistant_id, "input": "x"})
        assert refused.status_code == 401
