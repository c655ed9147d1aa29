"""Mail leaves when it can, is tried again when it cannot, and the operator sees which."""

import socket
import traceback
from email import message_from_bytes
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from allokoli.core import jobs, mail
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.mail import Mail


class Mailbox:
    """A real SMTP server's memory."""

    def __init__(self) -> None:
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


async def _queue(identity: Identity, subject: str = "Réservation") -> None:
    async with session(identity) as opened:
        await mail.queue(
            opened, org_id=identity.organization, to="a@b.fr", subject=subject, text="Été"
        )


async def _stored(identity: Identity) -> Mail:
    async with session(identity) as opened:
        return (await opened.scalars(select(Mail))).one()


async def test_a_mail_is_delivered_and_marked_sent(mailbox):
    identity = Identity.job(uuid4())
    await _queue(identity)
    await jobs.run_worker(wait=False)
    assert len(mailbox.received) == 1
    assert mailbox.received[0].rcpt_tos == ["a@b.fr"]
    assert (await _stored(identity)).status == "sent"


async def test_delivering_twice_sends_once(mailbox):
    identity = Identity.job(uuid4())
    await _queue(identity)
    await jobs.run_worker(wait=False)
    stored = await _stored(identity)
    await mail.deliver(org_id=str(identity.org_id), mail_id=str(stored.id))
    assert len(mailbox.received) == 1


async def test_every_attempt_at_a_mail_carries_the_same_id(mailbox):
    identity = Identity.job(uuid4())
    await _queue(identity)
    await jobs.run_worker(wait=False)
    async with session(identity) as opened:
        (await opened.scalars(select(Mail))).one().status = "failed"
    await mail.deliver(org_id=str(identity.org_id), mail_id=str((await _stored(identity)).id))
    ids = [message_from_bytes(envelope.content)["Message-ID"] for envelope in mailbox.received]
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_a_dead_smtp_server_is_shown_and_the_mail_is_tried_again(settings, monkeypatch):
    monkeypatch.setattr(settings, "smtp_url", "smtp://127.0.0.1:9")
    identity = Identity.job(uuid4())
    await _queue(identity)
    await jobs.run_worker(wait=False)
    stored = await _stored(identity)
    assert (stored.status, stored.attempts) == ("failed", 1)
    assert stored.error
    assert await _jobs_waiting() == 1


async def test_a_refused_recipient_is_shown_to_the_operator_and_not_told_to_the_log(mailbox):
    async def handle_RCPT(_server, _session, _envelope, address, _options):  # noqa: N802 - same
        return f"550 <{address}> unknown"

    mailbox.handle_RCPT = handle_RCPT
    identity = Identity.job(uuid4())
    await _queue(identity)
    queued = await _stored(identity)
    with pytest.raises(mail.MailNotTaken) as refusal:
        await mail.deliver(org_id=str(identity.org_id), mail_id=str(queued.id))
    assert "a@b.fr" in (await _stored(identity)).error
    assert "a@b.fr" not in "".join(traceback.format_exception(refusal.value))


async def test_without_an_smtp_server_the_mail_stays_in_the_outbox(settings):
    identity = Identity.job(uuid4())
    await _queue(identity)
    assert (await _stored(identity)).status == "outbox"


async def test_a_line_break_in_a_subject_adds_no_header(mailbox):
    identity = Identity.job(uuid4())
    await _queue(identity, subject="Bonjour\r\nBcc: tous@example.com")
    await jobs.run_worker(wait=False)
    assert mailbox.received[0].rcpt_tos == ["a@b.fr"]
    assert (await _stored(identity)).subject == "Bonjour Bcc: tous@example.com"


async def _jobs_waiting() -> int:
    async with jobs.app().open_async() as application:
        return len(list(await application.job_manager.list_jobs_async(status="todo")))
