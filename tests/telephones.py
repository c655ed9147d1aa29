"""Numbers at a local Twilio, and the servers of their owners, for tests of the telephone."""

import asyncio
import xml.etree.ElementTree as ET
from uuid import uuid4

import httpx
import pytest
from local_twilio import CALLER, NUMBER, PUBLIC, SID, TOKEN, Carrier, LocalTwilio
from serving import free_port, serve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

ASSISTANT = {"name": "Ada", "firstMessage": "Bonjour !"}
ELSEWHERE = {"type": "number", "number": "+33199999999"}


@pytest.fixture
async def twilio(engine_app, settings, monkeypatch):
    """Twilio at a local address, and an engine that believes itself public."""
    made = LocalTwilio()
    port = free_port()
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
    return (await http.post("/assistant", json=ASSISTANT)).json()["id"]


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
    port = free_port()
    made.url = f"http://127.0.0.1:{port}"
    async with serve(made, port, lifespan="off") as server:
        yield made
        made.released.set()
        server.force_exit = True


def new_sid() -> str:
    return "CA" + uuid4().hex


async def rings(carrier, twilio, call_sid=None, **more):
    """A caller dials the number; what Twilio is told to do, as XML."""
    given = {
        "CallSid": call_sid or new_sid(),
        "From": CALLER,
        "To": NUMBER,
        "CallStatus": "ringing",
    }
    answer = await carrier.post(twilio.number["voice_url"], **{**given, **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    return twilio.check_twiml(answer.text)


async def only_call(http):
    (call,) = (await http.get("/call")).json()
    return call


def tags_of(root: ET.Element) -> list[str]:
    return [one.tag for one in root.iter()][1:]
