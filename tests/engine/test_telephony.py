"""Numbers at Twilio, calls that come in, and calls that go out."""

import asyncio
import json
import socket
import xml.etree.ElementTree as ET
from uuid import uuid4

import httpx
import pytest
from local_twilio import CALLER, NUMBER, PUBLIC, SID, TOKEN, Carrier, LocalTwilio
from serving import serve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from allokoli.engine.telephony import routing

_ASSISTANT = {"name": "Ada", "firstMessage": "Bonjour !"}
_ELSEWHERE = {"type": "number", "number": "+33199999999"}


@pytest.fixture
async def twilio(engine_app, settings, monkeypatch):
    """Twilio at a local address, and an engine that believes itself public."""
    made = LocalTwilio()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    monkeypatch.setattr(settings, "public_url", PUBLIC)
    monkeypatch.setattr(settings, "private_servers", True)
    monkeypatch.setattr(settings, "twilio_api_url", f"http://127.0.0.1:{port}")
    async with serve(made, port, lifespan="off"):
        yield made
    assert made.problems == []


@pytest.fixture
async def http(twilio, tenant):
    async with httpx.AsyncClient(
        base_url=tenant.base_url, headers=tenant.headers, timeout=30
    ) as client:
        yield client


@pytest.fixture
def carrier(tenant):
    return Carrier(tenant.base_url)


@pytest.fixture
def number(http, twilio):
    """Make a number of provider `twilio`; returns it as the API shows it."""

    async def make(**fields):
        body = {
            "provider": "twilio",
            "number": NUMBER,
            "twilioAccountSid": SID,
            "twilioAuthToken": TOKEN,
            **fields,
        }
        made = await http.post("/phone-number", json=body)
        assert made.status_code == 201, made.text
        return made.json()

    return make


@pytest.fixture
async def assistant(http):
    return (await http.post("/assistant", json=_ASSISTANT)).json()["id"]


class Owner:
    """The server of a number's owner."""

    def __init__(self) -> None:
        self.url = ""
        self.answer: object = {}
        self.asked: list[dict] = []
        self.hanging = False
        self.released = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        self.asked.append((await Request(scope, receive).json())["message"])
        response: Response = JSONResponse(self.answer)
        if self.hanging:
            response = StreamingResponse(self._never())
        await response(scope, receive, send)

    async def _never(self):
        await self.released.wait()
        yield b""


@pytest.fixture
async def owner():
    made = Owner()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    made.url = f"http://127.0.0.1:{port}"
    async with serve(made, port, lifespan="off") as server:
        yield made
        made.released.set()
        server.force_exit = True


def _sid() -> str:
    return "CA" + uuid4().hex


async def _rings(carrier, twilio, call_sid=None, **more):
    """A caller dials the number; what Twilio is told to do, as XML."""
    given = {"CallSid": call_sid or _sid(), "From": CALLER, "To": NUMBER, "CallStatus": "ringing"}
    answer = await carrier.post(twilio.number["voice_url"], **{**given, **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    return twilio.check_twiml(answer.text)


async def _only_call(http):
    (call,) = (await http.get("/call")).json()
    return call


def _tags(root: ET.Element) -> list[str]:
    return [one.tag for one in root.iter()][1:]


# Numbers


async def test_a_number_s_calls_are_sent_here(number, twilio, http, tenant) -> None:
    made = await number()
    assert made["status"] == "active"
    assert "warnings" not in made
    assert twilio.number["voice_url"] == (
        f"{PUBLIC}/engine/telephony/twilio/{made['id']}/voice?org={tenant.org_id}"
    )
    assert TOKEN not in json.dumps((await http.get("/phone-number")).json())
    await http.patch(f"/phone-number/{made['id']}", json={"name": "Main"})
    await http.delete(f"/phone-number/{made['id']}")
    assert twilio.number["voice_url"] == ""


async def test_a_number_taken_elsewhere_is_left_alone(number, twilio, http) -> None:
    made = await number()
    twilio.number["voice_url"] = "https://elsewhere.example.com"
    assert (await http.delete(f"/phone-number/{made['id']}")).status_code == 200
    assert twilio.number["voice_url"] == "https://elsewhere.example.com"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"twilioAuthToken": "wrong"}, "credentials"),
        ({"number": "+33100000000"}, "no such number"),
        ({"twilioAuthToken": None}, "No Twilio credentials"),
    ],
)
async def test_a_number_that_cannot_be_connected_says_why(number, fields, word) -> None:
    made = await number(**fields)
    assert made["status"] == "activating"
    assert word in made["warnings"][0]


async def test_a_mended_number_is_connected(number, twilio, http) -> None:
    made = await number(twilioAuthToken="wrong")
    mended = await http.patch(f"/phone-number/{made['id']}", json={"twilioAuthToken": TOKEN})
    assert mended.json()["status"] == "active"
    assert "warnings" not in mended.json()


@pytest.mark.parametrize("mood", ["nonsense", "refusing"])
async def test_a_carrier_that_fails_does_not_lose_the_number(number, twilio, mood, http) -> None:
    twilio.mood = mood
    twilio.refusal = (503, 0) if mood == "refusing" else None
    made = await number()
    assert made["status"] == "activating"
    assert (await http.get(f"/phone-number/{made['id']}")).status_code == 200


async def test_a_private_installation_asks_nothing_of_the_carrier(
    number, twilio, settings, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "public_url", "http://127.0.0.1:8000")
    twilio.mood = "nonsense"
    assert "ALLOKOLI_PUBLIC_URL" in (await number())["warnings"][0]


async def test_the_organization_s_credential_opens_the_account(number, http) -> None:
    stored = {"provider": "twilio", "accountSid": SID, "authToken": TOKEN}
    await http.post("/credential", json=stored)
    assert (await number(twilioAuthToken=None))["status"] == "active"


# Calls that come in


async def test_a_call_is_taken_by_the_number_s_assistant(
    number, carrier, twilio, http, assistant
) -> None:
    made = await number(assistantId=assistant)
    call_sid = _sid()
    root = await _rings(carrier, twilio, call_sid, CallerName="Grace")
    assert _tags(root)[:2] == ["Connect", "Stream"]
    stream = root.find("Connect/Stream")
    assert stream.get("url") == "wss://voice.example.com/engine/telephony/twilio/stream"
    call = await _only_call(http)
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


async def test_asked_twice_about_a_call_the_answer_is_the_same(
    number, carrier, twilio, http, assistant
) -> None:
    await number(assistantId=assistant)
    call_sid = _sid()
    first, second = [await _rings(carrier, twilio, call_sid) for _ in range(2)]
    ids = {one.find("Connect/Stream/Parameter[@name='callId']").get("value") for one in
           (first, second)}  # fmt: skip
    assert ids == {(await _only_call(http))["id"]}


@pytest.mark.parametrize(
    ("token", "signature"), [("e" * 32, None), (TOKEN, ""), (TOKEN, "AAAA"), (TOKEN, "%C3%A9")]
)
async def test_only_twilio_may_speak_for_a_number(
    number, twilio, tenant, http, assistant, token, signature
) -> None:
    await number(assistantId=assistant)
    stranger = Carrier(tenant.base_url, token)
    answer = await stranger.post(
        twilio.number["voice_url"], signature=signature, CallSid=_sid(), From=CALLER
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
        assert (await carrier.post(wrong, CallSid=_sid())).status_code in {400, 404}
    async with httpx.AsyncClient() as client:
        local = carrier.base_url + url.removeprefix(f"{PUBLIC}/engine")
        for body in (b"\xff\xfe", b"a=1&" * 500, b"a=1&a=2"):
            answer = await client.post(local, content=body, headers={"x-twilio-signature": "x"})
            assert answer.status_code in {400, 401}


async def test_the_owner_s_server_says_who_takes_a_call(number, carrier, twilio, http, owner):
    await number(server={"url": owner.url})
    owner.answer = {"assistant": _ASSISTANT, "assistantOverrides": {"firstMessage": "Salut"}}
    assert "Stream" in _tags(await _rings(carrier, twilio))
    call = await _only_call(http)
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
            {"destination": _ELSEWHERE},
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
    root = await _rings(carrier, twilio)
    assert _tags(root) == tags
    call = await _only_call(http)
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
    destination = {**_ELSEWHERE, "extension": "12", "callerId": "{{phoneNumber.number}}"}
    await number(server={"url": owner.url}, fallbackDestination=destination)
    root = await _rings(carrier, twilio)
    dial = root.find("Dial")
    assert dial.get("callerId") == NUMBER
    assert dial.find("Number").text == _ELSEWHERE["number"]
    assert dial.find("Number").get("sendDigits") == "wwww12"
    call = await _only_call(http)
    assert call["endedReason"] == "assistant-request-failed"
    assert call["destination"]["number"] == _ELSEWHERE["number"]
    gone = await carrier.post(
        dial.get("action"), CallSid=call["phoneCallProviderId"], DialCallStatus="no-answer"
    )
    assert _tags(ET.fromstring(gone.text)) == ["Say", "Hangup"]  # noqa: S314
    done = await carrier.post(
        dial.get("action"), CallSid=call["phoneCallProviderId"], DialCallStatus="completed"
    )
    assert _tags(ET.fromstring(done.text)) == ["Hangup"]  # noqa: S314


async def test_a_number_nobody_answers_says_so_in_its_language(number, carrier, twilio) -> None:
    await number()
    root = await _rings(carrier, twilio)
    assert root.find("Say").text.startswith("Bonjour. Personne")


async def test_hooks_of_a_number(number, carrier, twilio, http, assistant) -> None:
    foreign = [{"type": "startsWith", "key": "number", "startsWith": ["44"]}]
    hooks = [
        {"on": "call.ringing", "filters": foreign, "do": [{"type": "say", "exact": "No."}]},
        {"on": "call.ending", "do": {"type": "transfer", "destination": _ELSEWHERE}},
    ]
    made = await number(hooks=hooks)
    assert _tags(await _rings(carrier, twilio, From="+447700900000")) == ["Say", "Hangup"]
    assert _tags(await _rings(carrier, twilio)) == ["Dial", "Number"]
    reasons = [call["endedReason"] for call in (await http.get("/call")).json()]
    assert sorted(reasons) == ["call.ending.hook-executed-transfer",
                               "call.ringing.hook-executed-say"]  # fmt: skip
    await http.patch(f"/phone-number/{made['id']}", json={"assistantId": assistant})
    assert "Stream" in _tags(await _rings(carrier, twilio))


async def test_when_every_place_is_taken_the_line_is_busy(
    number, carrier, twilio, http, assistant, settings, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "max_calls_per_organization", 1)
    await number(assistantId=assistant)
    assert "Stream" in _tags(await _rings(carrier, twilio))
    assert _tags(await _rings(carrier, twilio)) == ["Reject"]
    reasons = {call.get("endedReason") for call in (await http.get("/call")).json()}
    assert "call.start.error-subscription-concurrency-limit-reached" in reasons


async def test_a_caller_who_leaves_while_it_rings_ends_the_call(
    number, carrier, twilio, http, assistant
) -> None:
    await number(assistantId=assistant)
    call_sid = _sid()
    await _rings(carrier, twilio, call_sid)
    told = {"CallSid": call_sid, "CallStatus": "completed", "CallDuration": "3"}
    for _ in range(2):
        answer = await carrier.post(twilio.number["status_callback"], **told)
        assert answer.status_code == 204
    call = await _only_call(http)
    assert call["endedReason"] == "customer-ended-call"
    assert _tags(await _rings(carrier, twilio, call_sid)) == ["Hangup"]


# Calls that go out


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
    other = await carrier.post(callback, **{**told, "CallSid": _sid()})
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
    from uuid import UUID

    from allokoli.engine.telephony import place

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
            "assistant": {**_ASSISTANT, "voicemailDetection": detection},
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
        "assistant": {**_ASSISTANT, "voicemailDetection": {"provider": "twilio"}},
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
