"""Confirmations on their way out: by mail with the event attached, by text message, once."""

import socket
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from api import run_jobs
from icalendar import Calendar
from sqlalchemy import text
from test_agenda_tools import BLUEPRINT, DINNER, MARIO, NOW, Talk

from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.platform.agenda.models import Confirmation
from allokoli.platform.agenda.tasks import send_booking_confirmation
from allokoli.platform.organizations import service as organizations
from allokoli.vapi.regions import Access


@pytest.fixture(autouse=True)
def _clock(at):
    at(NOW)


@pytest.fixture
async def assistant(owner, voice):
    return (await owner.post("/assistants", {"blueprint": BLUEPRINT})).json()


@pytest.fixture
async def cloud(owner, assistant, voice, monkeypatch):
    """The same assistant, with Vapi's cloud for voice platform: a local server in its place."""

    def access(kind, key, secret):
        return Access(kind, voice.url, None, key, secret)

    monkeypatch.setattr(organizations, "cloud_access", access)
    async with session(owner.identity) as opened:
        await opened.execute(text("update voice_platforms set kind = 'vapi'"))
    return voice


class Mailbox:
    """What a real SMTP server received."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the library's name
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(settings, monkeypatch):
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setattr(settings, "smtp_url", f"smtp://127.0.0.1:{port}")
    yield box
    server.stop()


async def booked(owner, assistant):
    call = Talk(owner, assistant)
    return call, (await call.ask("book_slot", **DINNER, **MARIO))["id"]


async def by_text(owner, assistant):
    """A booking whose caller asks for a text message; the answer."""
    call, booking_id = await booked(owner, assistant)
    return await call.ask("send_confirmation", id=booking_id, channel="sms", to="06 12 34 56 78")


async def test_the_event_is_attached_to_the_mail(owner, assistant, mailbox):
    call, booking_id = await booked(owner, assistant)
    await call.ask("send_confirmation", id=booking_id, channel="email", to="a@b.fr")
    await run_jobs()
    (envelope,) = mailbox.received
    (attached,) = message_from_bytes(envelope.content).get_payload()[1:]
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_filename() == "reservation.ics"
    (event,) = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")
    assert event["uid"] == f"{booking_id}@allokoli"
    # What is written to a caller says nothing of anybody's telephone.
    assert "+336" not in attached.get_payload(decode=True).decode()


async def test_a_text_message_leaves_from_the_organization_s_twilio_number(owner, assistant, cloud):
    number = cloud.add_number("+33187000001", provider="twilio")
    await owner.get("/phone-numbers")
    assert await by_text(owner, assistant) == {"sent": True}
    await run_jobs()
    (sent,) = cloud.chat_requests
    assert sent["assistantId"] == assistant["platform_id"]
    assert sent["transport"] == {
        "type": "twilio.sms",
        "phoneNumberId": number["id"],
        "customer": {"number": "+33612345678"},
        "useLLMGeneratedMessageForOutbound": False,
    }
    assert "20:00" in sent["input"]
    (made,) = await owner.rows(Confirmation)
    await send_booking_confirmation(str(owner.org_id), str(made.id))
    assert len(cloud.chat_requests) == 1


async def test_without_a_number_that_writes_the_caller_is_told_so(owner, assistant, cloud):
    cloud.add_number("+33187000001", provider="vapi")
    await owner.get("/phone-numbers")
    assert await by_text(owner, assistant) == {"sent": False, "reason": "no_number"}
    assert await owner.rows(Confirmation) == []


async def test_a_text_message_refused_is_tried_again_one_perhaps_sent_is_not(
    owner, assistant, cloud
):
    cloud.add_number("+33187000001", provider="twilio")
    await owner.get("/phone-numbers")
    cloud.fails("POST", "/chat", "refuse", status=400, times=1)
    assert await by_text(owner, assistant) == {"sent": True}
    (made,) = await owner.rows(Confirmation)
    job = (str(owner.org_id), str(made.id))
    with pytest.raises(AlloKoliError):
        await send_booking_confirmation(*job)
    assert (await owner.rows(Confirmation))[0].status == "queued"
    cloud.fails("POST", "/chat", "hang up", times=1)
    await send_booking_confirmation(*job)
    await send_booking_confirmation(*job)
    assert len(cloud.chat_requests) == 1
    assert (await owner.rows(Confirmation))[0].status == "sent"
