"""A restaurant's assistant, called in writing."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

PARIS = ZoneInfo("Europe/Paris")


async def _assistant(http, body) -> str:
    response = await http.post("/assistant", json=body)
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def _call(http, assistant_id) -> dict:
    response = await http.post(
        "/call", json={"assistantId": assistant_id, "transport": {"provider": "text"}}
    )
    assert response.status_code == 201, response.text
    return response.json()


async def _say(http, call_id, content) -> dict:
    response = await http.post(f"/call/{call_id}/message", json={"content": content})
    assert response.status_code == 201, response.text
    return response.json()["reply"]


async def test_a_reservation_is_taken_from_greeting_to_structured_data(
    http, tenant, compiled, at
) -> None:
    at(datetime(2026, 11, 20, 15, 0, tzinfo=PARIS))
    call = await _call(http, await _assistant(http, compiled()))
    assert call["status"] == "in-progress"
    assert call["messages"][0]["role"] == "bot"
    assert call["messages"][0]["message"].startswith("Restaurant Chez Mario, bonsoir")
    answers = {
        "nom": "Martin",
        "téléphone": "06 12 34 56 78",
        "numéro": "06 12 34 56 78",
        "allergie": "Oui, une allergie aux arachides",
    }
    reply = await _say(http, call["id"], "Je voudrais une table pour 4 personnes demain à 20h")
    for _ in range(10):
        if reply["ended"]:
            break
        said = next(
            (answer for word, answer in answers.items() if word in reply["content"].lower()), "Oui"
        )
        answers = {word: answer for word, answer in answers.items() if answer != said}
        reply = await _say(http, call["id"], said)
    assert reply["ended"], reply
    ended = (await http.get(f"/call/{call['id']}")).json()
    assert (ended["status"], ended["endedReason"]) == ("ended", "assistant-ended-call")
    data = ended["analysis"]["structuredData"]
    assert data["intent"] == "book"
    assert (data["party_size"], data["date"], data["time"]) == (4, "2026-11-21", "20:00")
    assert (data["name"], data["phone"]) == ("Martin", "+33612345678")
    assert "arachides" in data["allergies"]
    assert ended["analysis"]["successEvaluation"] == "true"
    assert ended["analysis"]["summary"]
    assert ended["artifact"]["transcript"].startswith("AI: Restaurant Chez Mario")
    assert ended["costBreakdown"]["llmCompletionTokens"] > 0
    assert ended["cost"] == 0
    assert all(cost["cost"] == 0 for cost in ended["costs"])
    # The official client reads all of it.
    read = await tenant.sdk().calls.get(call["id"])
    assert read.status == "ended"
    assert read.analysis.structured_data["party_size"] == 4
    assert [cost.type for cost in read.costs] == ["model", "vapi"]
    assert read.messages[1].role == "user"


async def test_a_text_call_outlives_the_engine(engine_app, http, compiled) -> None:
    call = await _call(http, await _assistant(http, compiled()))
    await engine_app.state.switchboard.close()
    await engine_app.state.switchboard.open()
    assert (await _say(http, call["id"], "Bonjour"))["content"]


async def test_an_ended_call_takes_no_more_words(http, compiled) -> None:
    call = await _call(http, await _assistant(http, compiled()))
    control = call["monitor"]["controlUrl"]
    path = control[control.index("/call/") :]
    async with httpx.AsyncClient(base_url=str(http.base_url)) as anybody:
        assert (await anybody.post(path, json={"type": "say", "content": "Un instant."})).is_success
        assert (await anybody.post(path, json={"type": "dance"})).status_code == 400
        assert (await anybody.post(path.replace("token=", "token=x"), json={})).status_code == 401
        assert (await anybody.post(path, json={"type": "end-call"})).is_success
        assert (await anybody.post(path, json={"type": "end-call"})).status_code == 400
    refused = await http.post(f"/call/{call['id']}/message", json={"content": "Allô ?"})
    assert refused.status_code == 400
    ended = (await http.get(f"/call/{call['id']}")).json()
    assert ended["endedReason"] == "manually-canceled"
    assert ended["messages"][-1]["message"] == "Un instant."


async def test_two_words_at_once_are_answered_one_after_the_other(http, compiled) -> None:
    call = await _call(http, await _assistant(http, compiled()))
    await asyncio.gather(*(_say(http, call["id"], f"Bonjour {index}") for index in range(5)))
    messages = (await http.get(f"/call/{call['id']}")).json()["messages"]
    assert sum(1 for one in messages if one["role"] == "user") == 5


async def test_silence_is_answered_and_then_ends_the_call(http, compiled) -> None:
    call = await _call(http, await _assistant(http, compiled()))
    replies = []
    while not replies or not replies[-1]["ended"]:
        replies.append(await _say(http, call["id"], ""))
        assert len(replies) < 10
    assert replies[0]["content"]
    ended = (await http.get(f"/call/{call['id']}")).json()
    assert ended["endedReason"] == "silence-timed-out"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"transport": {"provider": "text"}},
        {"assistantId": "x", "transport": {"provider": "text"}},
        {"assistantId": "7d3d3a6c-0000-4000-8000-000000000000", "transport": {"provider": "text"}},
        {"assistant": {}, "assistantId": "x", "transport": {"provider": "text"}},
        {"assistant": {"nmae": 1}, "transport": {"provider": "text"}},
        {"assistant": {"name": "x"}, "transport": {"provider": "pigeon"}},
        {"assistant": {"name": "x"}, "transport": "text"},
        {"assistant": {"name": "x"}, "customer": {"number": "+33612345678"}},
    ],
)
async def test_a_call_that_cannot_be_is_refused_with_a_reason(http, body) -> None:
    refused = await http.post("/call", json=body)
    assert refused.status_code == 400, refused.text
    assert refused.json()["message"]


async def test_another_organization_s_call_does_not_exist(http, compiled, make_tenant) -> None:
    call = await _call(http, await _assistant(http, compiled()))
    other = await make_tenant()
    async with httpx.AsyncClient(base_url=other.base_url, headers=other.headers) as theirs:
        path = f"/call/{call['id']}"
        assert (await theirs.get(path)).status_code == 404
        assert (await theirs.patch(path, json={"name": "x"})).status_code == 404
        assert (await theirs.delete(path)).status_code == 404
        assert (await theirs.post(f"{path}/message", json={"content": "x"})).status_code == 404
        assert (await theirs.post(f"{path}/control", json={"type": "end-call"})).status_code == 404
        assert (await theirs.get(f"{path}/stereo-recording")).status_code == 404
        assert (await theirs.get("/call")).json() == []


async def test_a_call_is_renamed_filtered_and_deleted(http, tenant, compiled) -> None:
    assistant_id = await _assistant(http, compiled())
    call = await _call(http, assistant_id)
    sdk = tenant.sdk()
    assert (await sdk.calls.update(call["id"], name="Essai")).name == "Essai"
    assert [one.id for one in await sdk.calls.list(assistant_id=assistant_id)] == [call["id"]]
    assert await sdk.calls.list(assistant_id=call["id"]) == []
    assert (await http.delete(f"/call/{call['id']}")).status_code == 400
    await http.post(f"/call/{call['id']}/control", json={"type": "end-call"})
    assert (await sdk.calls.delete(call["id"])).id == call["id"]
    assert (await http.get(f"/call/{call['id']}")).status_code == 404


async def test_the_report_is_offered_until_the_server_takes_it(
    http, compiled, receiver, run_jobs
) -> None:
    receiver.refuses("end-of-call-report", times=1)
    call = await _call(
        http, await _assistant(http, compiled(receiver.url, server_secret="whk_secret"))
    )
    await http.post(f"/call/{call['id']}/control", json={"type": "end-call"})
    await run_jobs()
    assert receiver.refused == 1
    await receiver.make_retries_due()
    await run_jobs()
    reports = receiver.of("end-of-call-report")
    assert len(reports) == 1
    report = reports[0]
    assert report["call"]["id"] == call["id"]
    assert report["endedReason"] == "manually-canceled"
    assert report["artifact"]["transcript"]
    assert report["analysis"]["structuredData"]["intent"] == "other"
    assert report["startedAt"] < report["endedAt"]
    assert receiver.secrets == {"whk_secret"}
    statuses = [one["status"] for one in receiver.of("status-update")]
    assert statuses == ["in-progress", "ended"]


async def test_a_dead_server_slows_nothing_down(http, compiled) -> None:
    started = asyncio.get_running_loop().time()
    call = await _call(http, await _assistant(http, compiled("http://10.255.255.1:81/")))
    assert (await _say(http, call["id"], "Bonjour"))["content"]
    assert asyncio.get_running_loop().time() - started < 4


async def test_hostile_words_and_a_huge_prompt_are_only_words(http, compiled) -> None:
    body = compiled()
    body["model"]["messages"][0]["content"] = "{{" * 20_000 + "x" * 50_000
    call = await _call(http, await _assistant(http, body))
    for words in (
        "<script>alert(1)</script>",
        "{{now}} {% raw %}",
        "'; drop table calls; --",
        "א" * 9_000,
    ):
        assert not (await _say(http, call["id"], words))["ended"], words
    path = f"/call/{call['id']}/message"
    for content in (None, 3, ["x"], "x" * 10_001):
        assert (await http.post(path, json={"content": content})).status_code == 400
    assert (await http.post(path, json={"content": "x", "role": "system"})).status_code == 400
    said = [one["message"] for one in (await http.get(f"/call/{call['id']}")).json()["messages"]]
    assert "<script>alert(1)</script>" in said
