"""The mail an owner gets after a call."""

import pytest
from api import run_jobs
from blueprints import RESTAURANT
from reports import deliver, end_of_call_report, platform_call

from allokoli.core.mail import Mail
from allokoli.platform.calls.models import Call


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
