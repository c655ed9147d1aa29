"""How calls are started, put off, listed and deleted."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from calling import TEXT, ended, http_of, path_of, said, seen, started

from allokoli.core import clock
from allokoli.core.identity import Identity
from allokoli.engine.calls import tasks

ASSISTANT = {"assistant": {"name": "Essai", "firstMessage": "Bonjour"}}


async def _refused(http, body: dict) -> str:
    response = await http.post("/call", json=body)
    assert response.status_code == 400, response.text
    return str(response.json()["message"])


async def test_a_websocket_call_waits_at_its_link_in_the_format_asked_for(http, tenant) -> None:
    audio = {"format": "mulaw", "container": "raw", "sampleRate": 8000}
    body = {**ASSISTANT, "transport": {"provider": "vapi.websocket", "audioFormat": audio}}
    made = (await http.post("/call", json=body)).json()
    assert (made["type"], made["status"]) == ("vapi.websocketCall", "queued")
    assert made["transport"]["audioFormat"] == audio
    url = made["transport"]["websocketCallUrl"]
    assert re.match(rf"ws://.*/call/{made['id']}/transport\?token=", url)
    assert made["monitor"]["listenUrl"].startswith("ws://")
    assert made["subscriptionLimits"]["remainingConcurrentCalls"] == 9
    read = await tenant.sdk().calls.get(made["id"])
    assert read.transport.provider == "vapi.websocket"
    for wrong in ({"format": "opus"}, {"format": "pcm_s16le", "sampleRate": 1}, "pcm"):
        broken = {**ASSISTANT, "transport": {"provider": "vapi.websocket", "audioFormat": wrong}}
        assert "audioFormat" in await _refused(http, broken)
    assert "phoneNumberId" in await _refused(http, {**body, "phoneNumberId": made["id"]})


async def test_a_web_call_is_started_from_call_as_well(http, tenant) -> None:
    for provider in ("webrtc", "daily"):
        body = {**ASSISTANT, "transport": {"provider": provider}}
        made = (await http.post("/call", json=body)).json()
        assert made["webCallUrl"]
        assert (await tenant.sdk().calls.get(made["id"])).transport.provider == "daily"


async def test_a_batch_starts_what_it_can_and_names_what_it_cannot(http, tenant) -> None:
    good = {"number": "+33612345678", "name": "Martin",
            "assistantOverrides": {"variableValues": {"qui": "Martin"}}}  # fmt: skip
    assistant = {"name": "Essai", "firstMessage": "Bonjour {{qui}}"}
    body = {"assistant": assistant, **TEXT, "customers": [good, {"number": "+33687654321"}]}
    answer = (await http.post("/call", json=body)).json()
    assert [one["customer"]["number"] for one in answer["results"]] == [
        "+33612345678", "+33687654321",
    ]  # fmt: skip
    assert answer["errors"] == []
    assert answer["results"][0]["messages"][0]["message"] == "Bonjour Martin"
    assert answer["subscriptionLimits"]["concurrencyBlocked"] is False
    phone = {**ASSISTANT, "customers": [good], "phoneNumberId": answer["results"][0]["id"]}
    partly = (await http.post("/call", json=phone)).json()
    assert (partly["results"], partly["errors"][0]["customer"]) == ([], good)
    assert partly["errors"][0]["error"]
    for customers in ([], [{}] * 501):
        assert "customers" in await _refused(http, {**body, "customers": customers})
    assert "customers" in await _refused(http, {**body, "customer": good})


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "transport"),
        ({"customer": {"number": "+33612345678"}}, "phoneNumberId"),
        ({"customer": {"number": "0612345678"}, "phoneNumberId": "x"}, "E.164"),
        ({"customer": {"name": "Martin"}, "phoneNumberId": "x"}, "customer.number"),
        ({"customerId": "x"}, "customerId"),
        ({"customer": {"number": "+33612345678"}, "phoneNumberId": "x"}, "UUID"),
    ],
)
async def test_a_phone_call_that_cannot_be_says_why(http, body, named) -> None:
    assert named in await _refused(http, {**ASSISTANT, **body})


def _in(minutes: float) -> str:
    return (clock.now() + timedelta(minutes=minutes)).isoformat()


async def test_a_call_put_off_starts_once_at_its_time(http, at) -> None:
    at(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    plan = {"earliestAt": _in(10), "latestAt": _in(30)}
    call = await started(http, {**ASSISTANT, "schedulePlan": plan})
    assert (call["status"], call["messages"], call["schedulePlan"]) == ("scheduled", [], plan)
    refused = await http.post(f"/call/{call['id']}/message", json={"content": "Allô"})
    assert refused.status_code == 400
    at(datetime(2026, 11, 21, 9, 12, tzinfo=UTC))
    for _ in range(2):
        await tasks.start_scheduled(org_id=call["orgId"], call_id=call["id"])
    call = await seen(http, call["id"])
    assert call["status"] == "in-progress"
    assert [one["message"] for one in call["messages"]] == ["Bonjour"]
    assert call["startedAt"] == "2026-11-21T09:12:00.000Z"


async def test_a_call_put_off_does_not_start_after_its_time(http, at) -> None:
    at(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    plan = {"earliestAt": _in(10), "latestAt": _in(30)}
    call = await started(http, {**ASSISTANT, "schedulePlan": plan})
    at(datetime(2026, 11, 21, 9, 31, tzinfo=UTC))
    await tasks.start_scheduled(org_id=call["orgId"], call_id=call["id"])
    call = await seen(http, call["id"])
    assert (call["status"], call["messages"]) == ("ended", [])
    assert call["endedReason"]


async def test_a_call_put_off_can_be_taken_back(http, tenant, at) -> None:
    at(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    call = await started(http, {**ASSISTANT, "schedulePlan": {"earliestAt": _in(10)}})
    deleted = (await http.request("DELETE", f"/call/{call['id']}", json={})).json()
    assert (deleted["status"], deleted["endedReason"]) == ("ended", "scheduled-call-deleted")
    at(datetime(2026, 11, 21, 9, 12, tzinfo=UTC))
    await tasks.start_scheduled(org_id=call["orgId"], call_id=call["id"])
    assert (await seen(http, call["id"]))["endedReason"] == "scheduled-call-deleted"


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"earliestAt": "demain"},
        {"earliestAt": "0001-01-01T00:00:00+14:00"},
        {"earliestAt": "2026-11-21T10:00:00Z", "latestAt": "9999-12-31T23:59:59-14:00"},
        {"earliestAt": "2100-01-01T00:00:00Z"},
        {"earliestAt": "2026-11-21T10:00:00Z", "latestAt": "2026-11-21T09:30:00Z"},
        {"earliestAt": "2020-01-01T00:00:00Z", "latestAt": "2020-01-02T00:00:00Z"},
    ],
)
async def test_a_plan_that_leaves_no_time_is_refused(http, at, plan) -> None:
    at(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    body = {**ASSISTANT, **TEXT, "schedulePlan": plan}
    assert "schedulePlan" in await _refused(http, body) or not plan


async def test_a_call_is_deleted_with_its_log_and_its_server_told(http, receiver) -> None:
    assistant = {
        **ASSISTANT["assistant"],
        "server": {"url": receiver.url},
        "serverMessages": ["call.deleted"],
    }
    call = await started(http, {"assistant": assistant})
    await ended(http, call["id"])
    log = await http.get(f"/call/{call['id']}/call-logs")
    assert '"call started"' in log.text
    assert '"manually-canceled"' in log.text
    assert (await http.request("DELETE", f"/call/{call['id']}", json={})).json()["id"] == call["id"]
    assert (await http.get(f"/call/{call['id']}")).status_code == 404
    assert (await http.get(f"/call/{call['id']}/call-logs")).status_code == 404


async def test_several_calls_are_deleted_at_once_and_only_one_s_own(
    http, tenant, make_tenant
) -> None:
    other = await make_tenant()
    async with http_of(other) as theirs:
        foreign = (await started(theirs, ASSISTANT))["id"]
        await ended(theirs, foreign)
        mine = [(await started(http, ASSISTANT))["id"] for _ in range(3)]
        for call_id in mine[:2]:
            await ended(http, call_id)
        answer = (await http.request("DELETE", "/call", json={"ids": [*mine, foreign]})).json()
        assert [one["id"] for one in answer["results"]] == mine[:2]
        assert [one["id"] for one in answer["errors"]] == [mine[2], foreign]
        assert (await theirs.get(f"/call/{foreign}")).status_code == 200
    for body in ({}, {"ids": "x"}, {"ids": [1]}, {"ids": ["x"] * 1_001}, {"nom": 1}):
        assert (await http.request("DELETE", "/call", json=body)).status_code == 400


async def test_calls_come_in_pages_by_what_they_were(http) -> None:
    ids = [(await started(http, ASSISTANT))["id"] for _ in range(3)]
    await ended(http, ids[0])
    page = (await http.get("/v2/call?limit=2")).json()
    assert [one["id"] for one in page["results"]] == [ids[2], ids[1]]
    assert page["metadata"]["totalItems"] == 3
    second = (await http.get("/v2/call?limit=2&page=2")).json()
    assert [one["id"] for one in second["results"]] == [ids[0]]
    for query, found in (
        ("endedReasonAny=manually-canceled,voicemail", [ids[0]]),
        ("status=in-progress&sortOrder=ASC", [ids[1], ids[2]]),
        (f"idAny={ids[0]},{ids[2]}", [ids[2], ids[0]]),
        ("assistantId=x", []),
    ):
        results = (await http.get(f"/v2/call?{query}")).json()["results"]
        assert [one["id"] for one in results] == found, query
    assert (await http.get("/v2/call?humeur=bonne")).status_code == 400


async def test_a_call_s_own_plan_says_who_may_give_it_orders(http, tenant) -> None:
    closed = {**ASSISTANT["assistant"], "monitorPlan": {"controlEnabled": False}}
    call = await started(http, {"assistant": closed})
    assert "controlUrl" not in call["monitor"]
    path = f"/call/{call['id']}/control"
    assert (await http.post(path, json={"type": "end-call"})).status_code == 403
    keyed = {**ASSISTANT["assistant"], "monitorPlan": {"controlAuthenticationEnabled": True}}
    call = await started(http, {"assistant": keyed})
    path = path_of(call["monitor"]["controlUrl"])
    assert "token" not in path
    order = {"type": "say", "content": "Un instant."}
    async with http_of(tenant, tenant.public) as page:
        assert (await page.post(path, json=order)).is_success
        open_call = await started(http, ASSISTANT)
        refused = await page.post(f"/call/{open_call['id']}/control", json=order)
        assert refused.status_code == 403
    async with http_of(tenant, "nobody") as nobody:
        assert (await nobody.post(path, json=order)).status_code == 401


async def test_a_limit_of_time_ends_a_written_call(http, at) -> None:
    at(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    limited = {**ASSISTANT["assistant"], "maxDurationSeconds": 60}
    call = await started(http, {"assistant": limited})
    at(datetime(2026, 11, 21, 9, 1, tzinfo=UTC))
    assert (await said(http, call["id"], "Encore moi"))["ended"]
    assert (await seen(http, call["id"]))["endedReason"] == "exceeded-max-duration"


async def test_thousands_of_messages_are_all_kept_and_shown(http, tenant) -> None:
    from allokoli.core.database import session
    from allokoli.engine.calls.models import CallMessage

    call = await started(http, ASSISTANT)
    now = clock.now()
    async with session(Identity.job(call["orgId"])) as opened:
        opened.add_all(
            CallMessage(
                call_id=call["id"], org_id=tenant.org_id, seq=seq, text=f"mot {seq}",
                role="user" if seq % 2 else "assistant", started_at=now, ended_at=now,
            )
            for seq in range(1, 5_001)
        )  # fmt: skip
    assert (await said(http, call["id"], "Toujours là ?"))["content"]
    assert len((await seen(http, call["id"]))["messages"]) == 5_003
