"""Calls that come in by telephone: who takes them, and what happens when nobody does."""

# ruff: noqa: F811 - fixtures are imported, and asked for by their names

import json
import xml.etree.ElementTree as ET
from uuid import uuid4

import httpx
import psycopg
import pytest
from local_twilio import CALLER, NUMBER, PUBLIC, TOKEN, Carrier
from telephones import (  # noqa: F401 - fixtures too
    ASSISTANT,
    ELSEWHERE,
    assistant,
    carrier,
    http,
    new_sid,
    number,
    only_call,
    owner,
    rings,
    tags_of,
    twilio,
)

from allokoli.core import database
from allokoli.core.settings import get_settings
from allokoli.engine.calls.reaping import reap
from allokoli.engine.telephony import routing


async def test_a_call_is_taken_by_the_number_s_assistant(
    number, carrier, twilio, http, assistant
) -> None:
    made = await number(assistantId=assistant)
    call_sid = new_sid()
    root = await rings(carrier, twilio, call_sid, CallerName="Grace")
    assert tags_of(root)[:2] == ["Connect", "Stream"]
    stream = root.find("Connect/Stream")
    assert stream.get("url") == "wss://voice.example.com/engine/telephony/twilio/stream"
    call = await only_call(http)
    assert {one.get("name") for one in stream} == {"callId", "token"}
    assert call["id"] == stream.find("Parameter[@name='callId']").get("value")
    assert call["type"] == "inboundPhoneCall"
    assert call["status"] == "ringing"
    assert call["assistantId"] == assistant
    assert call["phoneNumberId"] == made["id"]
    assert call["customer"] == {"number": CALLER, "name": "Grace"}
    assert call["phoneCallProvider"] == "twilio"
    assert call["phoneCallProviderId"] == call_sid
    assert call["phoneCallTransport"] == "pstn"
    assert TOKEN not in json.dumps(call)


async def test_a_number_may_lead_to_a_squad_or_a_workflow(
    number, carrier, twilio, http, assistant
) -> None:
    squad = {"members": [{"assistantId": assistant}]}
    node = {"type": "conversation", "name": "start", "isStart": True, "prompt": "Salue."}
    workflow = {"name": "Accueil", "nodes": [node], "edges": []}
    made = await number()
    for path, body, name in (("/squad", squad, "squadId"), ("/workflow", workflow, "workflowId")):
        stored = await http.post(path, json=body)
        assert stored.status_code == 201, stored.text
        change = {"squadId": None, "workflowId": None, name: stored.json()["id"]}
        await http.patch(f"/phone-number/{made['id']}", json=change)
        root = await rings(carrier, twilio)
        call_id = root.find("Connect/Stream/Parameter[@name='callId']").get("value")
        assert (await http.get(f"/call/{call_id}")).json()[name] == stored.json()["id"]


async def test_asked_twice_about_a_call_the_answer_is_the_same(
    number, carrier, twilio, http, assistant
) -> None:
    await number(assistantId=assistant)
    call_sid = new_sid()
    first, second = [await rings(carrier, twilio, call_sid) for _ in range(2)]
    ids = {one.find("Connect/Stream/Parameter[@name='callId']").get("value") for one in
           (first, second)}  # fmt: skip
    assert ids == {(await only_call(http))["id"]}


@pytest.mark.parametrize(
    ("token", "signature"), [("e" * 32, None), (TOKEN, ""), (TOKEN, "AAAA"), (TOKEN, "%C3%A9")]
)
async def test_only_twilio_may_speak_for_a_number(
    number, twilio, tenant, http, assistant, token, signature
) -> None:
    await number(assistantId=assistant)
    stranger = Carrier(tenant.base_url, token)
    answer = await stranger.post(
        twilio.number["voice_url"], signature=signature, CallSid=new_sid(), From=CALLER
    )
    assert answer.status_code == 401
    assert (await http.get("/call")).json() == []


async def test_a_signature_is_for_one_address_and_one_account(
    number, carrier, twilio, tenant, http, assistant, make_tenant
) -> None:
    await number(assistantId=assistant)
    url = twilio.number["voice_url"]
    other = await make_tenant()
    assert (await carrier.post(url, AccountSid="AC" + "b" * 32)).status_code == 401
    for wrong in (
        url.replace(str(tenant.org_id), str(other.org_id)),
        url.partition("?")[0],
        url.partition("?")[0] + "?org=none",
    ):
        assert (await carrier.post(wrong, CallSid=new_sid())).status_code in {400, 404}
    async with httpx.AsyncClient() as client:
        local = carrier.base_url + url.removeprefix(f"{PUBLIC}/engine")
        for body in (b"\xff\xfe", b"a=1&" * 500, b"a=1&a=2"):
            answer = await client.post(local, content=body, headers={"x-twilio-signature": "x"})
            assert answer.status_code in {400, 401}


async def test_the_owner_s_server_says_who_takes_a_call(number, carrier, twilio, http, owner):
    await number(server={"url": owner.url})
    owner.answer = {"assistant": ASSISTANT, "assistantOverrides": {"firstMessage": "Salut"}}
    assert "Stream" in tags_of(await rings(carrier, twilio))
    call = await only_call(http)
    asked = owner.asked[0]
    assert asked["type"] == "assistant-request"
    assert asked["call"]["id"] == call["id"]
    assert asked["call"]["customer"]["number"] == CALLER
    assert asked["phoneNumber"]["number"] == NUMBER
    assert TOKEN not in json.dumps(asked)
    assert call["assistant"]["name"] == "Ada"


@pytest.mark.parametrize(
    ("answer", "tags", "reason"),
    [
        ({"error": "Fermé."}, ["Say", "Hangup"], "assistant-request-returned-error"),
        (
            {"error": {"a": 1}},
            ["Say", "Hangup"],
            "assistant-request-returned-unspeakable-error",
        ),
        (
            {"destination": ELSEWHERE},
            ["Dial", "Number"],
            "assistant-request-returned-forwarding-phone-number",
        ),
        (
            {"destination": {"type": "sip", "sipUri": "sip:a@example.com"}},
            ["Dial", "Sip"],
            "assistant-request-returned-forwarding-phone-number",
        ),
        ({}, ["Say", "Hangup"], "assistant-request-returned-no-assistant"),
        ({"destination": {"type": "number"}}, ["Say", "Hangup"],
         "assistant-request-returned-no-assistant"),
        ([1], ["Say", "Hangup"], "assistant-request-returned-invalid-assistant"),
        ({"assistantId": str(uuid4())}, ["Say", "Hangup"],
         "assistant-request-returned-invalid-assistant"),
        ({"assistant": {"name": 5}}, ["Say", "Hangup"],
         "assistant-request-returned-invalid-assistant"),
    ],
)  # fmt: skip
async def test_what_else_the_owner_s_server_may_say(
    number, carrier, twilio, http, owner, answer, tags, reason
) -> None:
    await number(server={"url": owner.url})
    owner.answer = answer
    root = await rings(carrier, twilio)
    assert tags_of(root) == tags
    call = await only_call(http)
    assert call["status"] == "ended"
    assert call["endedReason"] == reason
    if tags[0] == "Say":
        assert root.find("Say").get("language") == "fr-FR"
        spoken = root.find("Say").text
        assert spoken == ("Fermé." if answer == {"error": "Fermé."} else spoken)
        assert spoken.strip()
    reports = [one for one in owner.asked if one["type"] == "status-update"]
    assert all(one["call"]["id"] == call["id"] for one in reports)


async def test_a_server_that_hangs_leaves_the_call_to_the_fallback(
    number, carrier, twilio, http, owner, monkeypatch
) -> None:
    assert routing.REQUEST_TIMEOUT_S == 7.5
    monkeypatch.setattr(routing, "REQUEST_TIMEOUT_S", 0.2)
    owner.hanging = True
    destination = {**ELSEWHERE, "extension": "12", "callerId": "{{phoneNumber.number}}"}
    await number(server={"url": owner.url}, fallbackDestination=destination)
    root = await rings(carrier, twilio)
    dial = root.find("Dial")
    assert dial.get("callerId") == NUMBER
    assert dial.find("Number").text == ELSEWHERE["number"]
    assert dial.find("Number").get("sendDigits") == "wwww12"
    call = await only_call(http)
    assert call["endedReason"] == "assistant-request-failed"
    assert call["destination"]["number"] == ELSEWHERE["number"]
    gone = await carrier.post(
        dial.get("action"), CallSid=call["phoneCallProviderId"], DialCallStatus="no-answer"
    )
    assert tags_of(ET.fromstring(gone.text)) == ["Say", "Hangup"]  # noqa: S314
    done = await carrier.post(
        dial.get("action"), CallSid=call["phoneCallProviderId"], DialCallStatus="completed"
    )
    assert tags_of(ET.fromstring(done.text)) == ["Hangup"]  # noqa: S314


async def test_a_number_nobody_answers_says_so_in_its_language(number, carrier, twilio) -> None:
    await number()
    root = await rings(carrier, twilio)
    assert root.find("Say").text.startswith("Bonjour. Personne")


async def test_hooks_of_a_number(number, carrier, twilio, http, assistant) -> None:
    foreign = [{"type": "startsWith", "key": "number", "startsWith": ["44"]}]
    hooks = [
        {"on": "call.ringing", "filters": foreign, "do": [{"type": "say", "exact": "No."}]},
        {"on": "call.ending", "do": {"type": "transfer", "destination": ELSEWHERE}},
    ]
    made = await number(hooks=hooks)
    assert tags_of(await rings(carrier, twilio, From="+447700900000")) == ["Say", "Hangup"]
    assert tags_of(await rings(carrier, twilio)) == ["Dial", "Number"]
    reasons = [call["endedReason"] for call in (await http.get("/call")).json()]
    assert sorted(reasons) == ["call.ending.hook-executed-transfer",
                               "call.ringing.hook-executed-say"]  # fmt: skip
    await http.patch(f"/phone-number/{made['id']}", json={"assistantId": assistant})
    assert "Stream" in tags_of(await rings(carrier, twilio))


async def test_when_every_place_is_taken_the_line_is_busy(
    number, carrier, twilio, http, assistant, settings, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "max_calls_per_organization", 1)
    await number(assistantId=assistant)
    assert "Stream" in tags_of(await rings(carrier, twilio))
    assert tags_of(await rings(carrier, twilio)) == ["Reject"]
    reasons = {call.get("endedReason") for call in (await http.get("/call")).json()}
    assert "call.start.error-subscription-concurrency-limit-reached" in reasons


async def test_a_caller_who_leaves_while_it_rings_ends_the_call(
    number, carrier, twilio, http, assistant
) -> None:
    await number(assistantId=assistant)
    call_sid = new_sid()
    await rings(carrier, twilio, call_sid)
    told = {"CallSid": call_sid, "CallStatus": "completed", "CallDuration": "3"}
    for _ in range(2):
        answer = await carrier.post(twilio.number["status_callback"], **told)
        assert answer.status_code == 204
    call = await only_call(http)
    assert call["endedReason"] == "customer-ended-call"
    assert tags_of(await rings(carrier, twilio, call_sid)) == ["Hangup"]


async def test_a_call_whose_stream_never_comes_is_given_up(
    number, carrier, twilio, http, assistant
) -> None:
    await number(assistantId=assistant)
    await rings(carrier, twilio)
    assert await reap() == []
    url = database.admin_url(get_settings()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute("update engine.calls set updated_at = now() - interval '10 minutes'")
    assert [str(one) for one in await reap()] == [(await only_call(http))["id"]]
    assert (await only_call(http))["endedReason"] == "customer-did-not-answer"


@pytest.mark.parametrize(
    ("caller", "known"),
    [("", None), ("sip:ada@example.com", {"sipUri": "sip:ada@example.com"}), ("x" * 90, None)],
)
async def test_a_caller_without_a_number_is_taken_all_the_same(
    number, carrier, twilio, http, assistant, caller, known
) -> None:
    await number(assistantId=assistant)
    assert "Stream" in tags_of(await rings(carrier, twilio, From=caller))
    assert (await only_call(http)).get("customer") == known
