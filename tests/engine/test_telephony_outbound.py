"""Calls that go out by telephone, and how they end when nobody takes them."""

# ruff: noqa: F811 - fixtures are imported, and asked for by their names

from uuid import UUID, uuid4

import pytest
from local_twilio import CALLER, NUMBER, SID, TOKEN
from telephones import (  # noqa: F401 - fixtures too
    ASSISTANT,
    assistant,
    carrier,
    http,
    new_sid,
    number,
    twilio,
)

from allokoli.engine.telephony import place


async def _place(http, number_id, assistant_id, **more):
    body = {
        "assistantId": assistant_id,
        "phoneNumberId": number_id,
        "customer": {"number": CALLER},
        **more,
    }
    answer = await http.post("/call", json=body)
    assert answer.status_code == 201, answer.text
    return (await http.get(f"/call/{answer.json()['id']}")).json()


async def test_a_call_is_placed(number, twilio, http, assistant) -> None:
    made = await number()
    call = await _place(http, made["id"], assistant)
    assert call["type"] == "outboundPhoneCall"
    assert call["status"] == "ringing"
    (placed,) = twilio.placed
    assert call["phoneCallProviderId"] == "CA" + f"{1:032d}"
    assert placed["To"] == CALLER
    assert placed["From"] == NUMBER
    assert "MachineDetection" not in placed
    assert call["id"] in placed["Twiml"]
    extended = {"number": CALLER, "extension": "7"}
    await _place(http, made["id"], assistant, customer=extended)
    assert twilio.placed[1]["SendDigits"] == "wwww7"


async def test_a_number_given_with_the_call_places_it_too(http, twilio, assistant) -> None:
    given = {"twilioPhoneNumber": NUMBER, "twilioAccountSid": SID, "twilioAuthToken": TOKEN}
    body = {"assistantId": assistant, "phoneNumber": given, "customer": {"number": CALLER}}
    answer = await http.post("/call", json=body)
    assert answer.status_code == 201, answer.text
    assert TOKEN not in answer.text
    assert twilio.placed[0]["From"] == NUMBER


@pytest.mark.parametrize(
    ("status", "more", "reason"),
    [
        ("busy", {}, "customer-busy"),
        ("no-answer", {}, "customer-did-not-answer"),
        ("failed", {}, "twilio-failed-to-connect-call"),
        ("failed", {"SipResponseCode": "404"}, "twilio-reported-customer-misdialed"),
        ("canceled", {}, "customer-did-not-answer"),
        ("completed", {"CallDuration": "0"}, "call.in-progress.twilio-completed-call"),
    ],
)
async def test_a_call_nobody_takes_ends_honestly(
    number, carrier, twilio, http, assistant, status, more, reason
) -> None:
    made = await number()
    call = await _place(http, made["id"], assistant)
    told = {"CallSid": call["phoneCallProviderId"], "CallStatus": status, **more}
    callback = twilio.placed[0]["StatusCallback"]
    assert (await carrier.post(callback, **told)).status_code == 204
    ended = (await http.get(f"/call/{call['id']}")).json()
    assert ended["status"] == "ended"
    assert ended["endedReason"] == reason
    other = await carrier.post(callback, **{**told, "CallSid": new_sid()})
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ((400, 21211), "twilio-reported-customer-misdialed"),
        ((400, 21219), "twilio-failed-to-connect-call"),
        ((500, 0), "twilio-failed-to-connect-call"),
    ],
)
async def test_a_call_twilio_refuses_ends_honestly(
    number, twilio, http, assistant, refusal, reason
) -> None:
    made = await number()
    twilio.refusal = refusal
    call = await _place(http, made["id"], assistant)
    assert call["status"] == "ended"
    assert call["endedReason"] == reason
    assert "Twilio refused" in call["warnings"][-1]


async def test_a_call_is_placed_once_however_often_it_is_asked_for(
    number, twilio, http, assistant, tenant
) -> None:
    made = await number()
    call = await _place(http, made["id"], assistant)
    await place(tenant.identity, UUID(call["id"]))
    assert len(twilio.placed) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"provider": "vapi", "numberDesiredAreaCode": "415"},
        {"provider": "byo-phone-number", "number": NUMBER, "credentialId": str(uuid4())},
        {"provider": "vonage", "number": NUMBER, "credentialId": str(uuid4())},
        {"provider": "telnyx", "number": NUMBER, "credentialId": str(uuid4())},
    ],
)
async def test_numbers_of_other_carriers_exist_and_say_why_they_do_not_dial(
    http, twilio, assistant, fields
) -> None:
    made = await http.post("/phone-number", json=fields)
    assert made.status_code == 201, made.text
    body = {
        "assistantId": assistant,
        "phoneNumberId": made.json()["id"],
        "customer": {"number": CALLER},
    }
    refused = await http.post("/call", json=body)
    assert refused.status_code == 400
    assert "provider 'twilio'" in str(refused.json()["message"])
    assert (await http.get("/call")).json() == []


async def test_voicemail_is_listened_for_as_the_assistant_asks(number, twilio, http) -> None:
    made = await number()
    plan = {
        "provider": "twilio",
        "machineDetectionTimeout": 59,
        "machineDetectionSilenceTimeout": 3000,
        "voicemailDetectionTypes": ["machine_start"],
    }
    for detection, expected in (
        (plan, {"MachineDetectionTimeout": "59", "MachineDetectionSilenceTimeout": "3000"}),
        ({"provider": "vapi", "beepMaxAwaitSeconds": 20}, {"MachineDetectionTimeout": "20"}),
        ("off", {}),
    ):
        body = {
            "assistant": {**ASSISTANT, "voicemailDetection": detection},
            "phoneNumberId": made["id"],
            "customer": {"number": CALLER},
        }
        answer = await http.post("/call", json=body)
        assert answer.status_code == 201, answer.text
        placed = twilio.placed[-1]
        found = {name: value for name, value in placed.items() if name in expected}
        assert found == expected
        assert ("AsyncAmd" in placed) is bool(expected)


async def test_a_machine_that_takes_a_call_before_its_stream_ends_it(
    number, carrier, twilio, http
) -> None:
    made = await number()
    body = {
        "assistant": {**ASSISTANT, "voicemailDetection": {"provider": "twilio"}},
        "phoneNumberId": made["id"],
        "customer": {"number": CALLER},
    }
    call = (await http.post("/call", json=body)).json()
    call_sid = (await http.get(f"/call/{call['id']}")).json()["phoneCallProviderId"]
    callback = twilio.placed[0]["AsyncAmdStatusCallback"]
    for heard in ("human", "machine_end_beep"):
        told = {"CallSid": call_sid, "AnsweredBy": heard}
        assert (await carrier.post(callback, **told)).status_code == 204
        status = (await http.get(f"/call/{call['id']}")).json()["status"]
        assert status == ("ringing" if heard == "human" else "ended")
