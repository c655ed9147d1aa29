"""Twilio on a local port: holds what it is sent against its documentation, and signs what it says.

It stands in for a network that cannot be reached from the tests; the signatures are made by
Twilio's own library.
"""

import base64
import re
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from twilio.request_validator import RequestValidator

SID = "AC" + "a" * 32
TOKEN = "f" * 32
NUMBER = "+33123456789"
CALLER = "+33611223344"
PUBLIC = "https://voice.example.com"

# Parameters of https://www.twilio.com/docs/voice/api/call-resource that we have a use for.
_CALL = {
    "To", "From", "Twiml", "Url", "Method", "StatusCallback", "StatusCallbackEvent",
    "StatusCallbackMethod", "SendDigits", "Timeout", "MachineDetection", "AsyncAmd",
    "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", "MachineDetectionTimeout",
    "MachineDetectionSpeechThreshold", "MachineDetectionSpeechEndThreshold",
    "MachineDetectionSilenceTimeout",
}  # fmt: skip
_EVENTS = {"initiated", "ringing", "answered", "completed"}
_VERBS = {
    "Response": {"Connect", "Say", "Hangup", "Dial", "Reject", "Play", "Pause"},
    "Connect": {"Stream"},
    "Stream": {"Parameter"},
    "Dial": {"Number", "Sip"},
}


class LocalTwilio:
    """Twilio's REST API for one account with one number."""

    def __init__(self) -> None:
        self.url = ""
        self.problems: list[str] = []
        self.placed: list[dict[str, Any]] = []
        self.changed: list[tuple[str, dict[str, Any]]] = []
        self.number: dict[str, Any] = {"sid": "PN" + "1" * 32, "phone_number": NUMBER}
        self.refusal: tuple[int, int] | None = None
        self.mood = "fine"
        self._made: dict[str, str] = {}

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        body = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        await self._response(request, body)(scope, receive, send)

    def _response(self, request: Request, body: list[tuple[str, str]]) -> Response:
        if self.mood == "nonsense":
            return Response("<html>" * 50)
        expected = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _error(401, 20003)
        if self.refusal is not None:
            return _error(*self.refusal)
        path = request.url.path.removeprefix(f"/2010-04-01/Accounts/{SID}/")
        if path.startswith("IncomingPhoneNumbers"):
            return self._numbers(path, request, body)
        if path == "Calls.json":
            return self._placed(request, body)
        found = re.fullmatch(r"Calls/(CA\w+)\.json", path)
        return self._changed(found.group(1), dict(body)) if found else _error(404, 20404)

    def _numbers(self, path: str, request: Request, body: list[tuple[str, str]]) -> Response:
        if path == "IncomingPhoneNumbers.json":
            found = request.query_params.get("PhoneNumber") == self.number["phone_number"]
            return JSONResponse({"incoming_phone_numbers": [self.number] if found else []})
        if path != f"IncomingPhoneNumbers/{self.number['sid']}.json":
            return _error(404, 20404)
        names = {"VoiceUrl": "voice_url", "StatusCallback": "status_callback"}
        self.number |= {names[name]: value for name, value in body if name in names}
        return JSONResponse(self.number)

    def _placed(self, request: Request, body: list[tuple[str, str]]) -> Response:
        given = dict(body)
        for name in given.keys() - _CALL:
            self.problems.append(f"unknown parameter {name}")
        events = {value for name, value in body if name == "StatusCallbackEvent"}
        if not events <= _EVENTS or not {"To", "From"} <= given.keys():
            self.problems.append(f"wrong call {given.keys()} {events}")
        for name in ("StatusCallback", "AsyncAmdStatusCallback"):
            if name in given and not given[name].startswith(PUBLIC):
                self.problems.append(f"{name} is not public")
        self.check_twiml(given.get("Twiml", ""))
        token = request.headers.get("i-twilio-idempotency-token", "")
        if token not in self._made:
            self._made[token] = "CA" + f"{len(self._made) + 1:032d}"
            self.placed.append(given)
        return JSONResponse({"sid": self._made[token], "status": "queued"}, 201)

    def _changed(self, call_sid: str, given: dict[str, str]) -> Response:
        if given.keys() - {"Twiml", "Status"} or given.get("Status") not in {None, "completed"}:
            self.problems.append(f"wrong change {given}")
        if "Twiml" in given:
            self.check_twiml(given["Twiml"])
        self.changed.append((call_sid, given))
        return JSONResponse({"sid": call_sid})

    def check_twiml(self, text: str) -> ET.Element:
        root = ET.fromstring(text)  # noqa: S314 - our own
        assert len(text) <= 4_000
        assert root.tag == "Response"
        for parent in root.iter():
            for child in parent:
                if child.tag not in _VERBS.get(parent.tag, ()):
                    self.problems.append(f"<{child.tag}> in <{parent.tag}>")
        return root


def _error(status: int, code: int) -> Response:
    return JSONResponse({"code": code, "message": "No.", "status": status}, status)


class Carrier:
    """Twilio's requests to an engine, each signed over the public address it is sent to.

    Args:
        base_url: where the engine really is.
        token: what the requests are signed with.
    """

    def __init__(self, base_url: str, token: str = TOKEN) -> None:
        self.base_url = base_url
        self.token = token

    async def post(
        self, public_url: str, *, signature: str | None = None, **given: str
    ) -> httpx.Response:
        """Post to an address the engine gave out."""
        fields = {"AccountSid": SID, **given}
        local = self.base_url + public_url.removeprefix(f"{PUBLIC}/engine")
        made = RequestValidator(self.token).compute_signature(public_url, fields)
        async with httpx.AsyncClient(timeout=30) as http:
            return await http.post(
                local,
                content=urlencode(fields),
                headers={
                    "content-type": "application/x-www-form-urlencoded",
                    "x-twilio-signature": made if signature is None else signature,
                },
            )
