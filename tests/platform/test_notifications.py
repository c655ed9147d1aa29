"""The mail an owner gets after a call."""

import pytest
from api import run_jobs
from blueprints import RESTAURANT
from reports import deliver, end_of_call_report, platform_call
from serving import on_a_port
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from allokoli.core.database import session
from allokoli.core.errors import VoicePlatformFailed
from allokoli.core.mail import Mail
from allokoli.platform import text_messages
from allokoli.platform.calls.models import Call
from allokoli.platform.notifications import tasks
from allokoli.platform.notifications.webhook import NotTaken
from allokoli.platform.organizations import service as organizations
from allokoli.vapi.errors import Uncertain
from allokoli.vapi.regions import Access


@pytest.fixture
async def assistant(owner, voice):
    return (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()


def plain(text):
    return " ".join(text.split())


async def test_the_owner_is_told_of_the_reservation_in_french(owner, assistant, settings):
    described = platform_call(assistant, createdAt="2026-11-21T18:30:00+00:00")
    await deliver(owner, end_of_call_report(described, duration_s=102))
    await run_jobs()
    (mail,) = await owner.rows(Mail)
    (call,) = await owner.rows(Call)
    assert mail.to == owner.tokens["user"]["email"]
    assert mail.status == "outbox"
    assert plain(mail.subject) == "Réservation par téléphone — Assistant Chez Mario"
    lines = [plain(line) for line in mail.text.splitlines() if line]
    assert "Votre assistant « Assistant Chez Mario » vient de répondre à un appel." in lines
    assert "Demande : Réservation" in lines
    assert any(line.startswith("Reçu le : 21 novembre 2026") for line in lines)
    assert "19:30" in next(line for line in lines if line.startswith("Reçu le"))
    assert "Durée : 1 min 42 s" in lines
    assert "• Nom : Dupont" in lines
    assert "• Nombre de personnes : 4" in lines
    assert "• Date : samedi 28 novembre 2026" in lines
    assert "• Heure : 20:00" in lines
    assert "• Téléphone : +33 6 12 34 56 78" in lines
    assert "• Allergies : arachides" in lines
    assert "Résumé : Réservation pour quatre personnes." in lines
    assert any(f"{settings.public_url}/fr/calls/{call.id}" in line for line in lines)


async def test_the_blueprint_says_where_to_write(owner, assistant):
    await owner.patch(
        f"/assistants/{assistant['id']}",
        {"blueprint": {"notify": {"email": "accueil@mario.fr"}}},
    )
    await deliver(owner, end_of_call_report(platform_call(assistant)))
    await run_jobs()
    assert [mail.to for mail in await owner.rows(Mail)] == ["accueil@mario.fr"]


async def test_a_caller_who_never_spoke_is_not_worth_a_mail(owner, assistant):
    silent = {"messages": [{"role": "bot", "message": "Bonsoir !"}]}
    await deliver(owner, end_of_call_report(platform_call(assistant), artifact=silent))
    await run_jobs()
    assert await owner.rows(Mail) == []


async def test_a_call_of_an_unknown_assistant_is_told_too(owner, voice):
    await deliver(owner, end_of_call_report(platform_call(None)))
    await run_jobs()
    (mail,) = await owner.rows(Mail)
    assert "• party_size : 4" in plain(mail.text)


async def test_the_operator_reads_the_outbox(owner, stranger, assistant):
    await deliver(owner, end_of_call_report(platform_call(assistant)))
    await run_jobs()
    (shown,) = (await owner.get("/mails")).json()["data"]
    assert shown["status"] == "outbox"
    assert (await owner.get(f"/mails/{shown['id']}")).json() == shown
    assert (await stranger.get("/mails")).json()["data"] == []
    assert (await stranger.get(f"/mails/{shown['id']}")).status_code == 404


class OwnersServer:
    """The owner's own server, as any framework would write it."""

    def __init__(self):
        self.requests, self.status = [], 204

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        self.requests.append((dict(request.headers), await request.json()))
        await Response(status_code=self.status)(scope, receive, send)


@pytest.fixture
async def server(settings, monkeypatch):
    monkeypatch.setattr(settings, "private_servers", True)
    made = OwnersServer()
    async with on_a_port(made, "/calls") as made.url:
        yield made


async def told(owner, assistant, **notify):
    """A call is reported to an owner who wants to be told so; the call."""
    await owner.patch(f"/assistants/{assistant['id']}", {"blueprint": {"notify": notify}})
    await deliver(owner, end_of_call_report(platform_call(assistant)))
    await run_jobs()
    await run_jobs()  # those that the first ones queued
    return (await owner.rows(Call))[0]


async def test_the_owner_s_server_is_sent_the_call_as_the_api_shows_it(owner, assistant, server):
    call = await told(owner, assistant, webhook=server.url)
    ((headers, body),) = server.requests
    assert headers["idempotency-key"] == str(call.id)
    assert body["type"] == "call.completed"
    shown = (await owner.get(f"/calls/{call.id}")).json()
    assert body["call"] == {key: shown[key] for key in body["call"]}
    assert body["call"]["analysis"]["structured_data"]["name"] == "Dupont"
    assert len(await owner.rows(Mail)) == 1


@pytest.mark.parametrize(("status", "again"), [(500, True), (429, True), (404, False)])
async def test_a_server_that_fails_is_asked_again_one_that_refuses_is_not(
    owner, assistant, server, status, again
):
    call = await told(owner, assistant, webhook=server.url)
    server.status = status
    asked = tasks.notify_webhook(str(owner.org_id), str(call.id))
    if again:
        with pytest.raises(NotTaken):
            await asked
    else:
        await asked
    assert len(server.requests) == 2


async def test_nothing_is_sent_to_what_only_this_machine_can_reach(
    owner, assistant, server, settings, monkeypatch
):
    call = await told(owner, assistant, webhook=server.url)
    monkeypatch.setattr(settings, "private_servers", False)
    await tasks.notify_webhook(str(owner.org_id), str(call.id))
    assert len(server.requests) == 1


async def test_a_call_that_is_gone_is_told_to_nobody(owner, server):
    nobody = "00000000-0000-4000-8000-000000000000"
    await tasks.notify_webhook(str(owner.org_id), nobody)
    await tasks.notify_by_text(str(owner.org_id), nobody)
    assert server.requests == []


async def test_the_owner_gets_a_text_message_once_from_their_own_number(
    owner, assistant, voice, monkeypatch
):
    monkeypatch.setattr(
        organizations,
        "cloud_access",
        lambda kind, key, secret: Access(kind, voice.url, None, key, secret),
    )
    async with session(owner.identity) as opened:
        await opened.execute(text("update voice_platforms set kind = 'vapi'"))
    voice.add_number("+33187000001", provider="twilio")
    await owner.get("/phone-numbers")
    call = await told(owner, assistant, phone="+33612345678")
    (sent,) = voice.chat_requests
    assert sent["transport"]["customer"] == {"number": "+33612345678"}
    assert plain(sent["input"]).startswith("Assistant Chez Mario — Réservation — Nom : Dupont")
    assert len(sent["input"]) <= 300
    await tasks.notify_by_text(str(owner.org_id), str(call.id))
    assert len(voice.chat_requests) == 1


async def test_a_text_message_that_was_not_sent_is_tried_again_and_one_perhaps_sent_is_not(
    owner, assistant, voice, monkeypatch
):
    call = await told(owner, assistant, phone="+33612345678")
    failures = [VoicePlatformFailed("down"), Uncertain("lost")]
    tried = []

    async def sender(*_):
        return text_messages.Sender(assistant="one", number="two")

    async def send(*_, **__):
        tried.append(failures[len(tried)])
        raise tried[-1]

    monkeypatch.setattr(text_messages, "sender", sender)
    monkeypatch.setattr(text_messages, "send", send)
    with pytest.raises(VoicePlatformFailed):
        await tasks.notify_by_text(str(owner.org_id), str(call.id))
    for _ in range(2):
        await tasks.notify_by_text(str(owner.org_id), str(call.id))
    assert tried == failures


async def test_without_a_number_that_writes_only_the_mail_leaves(owner, assistant, voice):
    await told(owner, assistant, phone="+33612345678")
    assert voice.chat_requests == []
    assert len(await owner.rows(Mail)) == 1
