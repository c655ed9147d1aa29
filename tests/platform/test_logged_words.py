"""Whole conversations with everything logged: no name, number, address, word or key is written,
also where things break."""

import json
import logging
from datetime import UTC, datetime

import pytest
import structlog
from api import run_jobs
from reports import deliver, end_of_call_report, message
from sqlalchemy import text
from test_agenda_tools import BLUEPRINT, Talk

from allokoli.core.database import session
from allokoli.core.logs import _exception_without_words, _PlacesOnly
from allokoli.platform.notifications import service as notifications

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NAME, PHONE, EMAIL, WORDS = "Zerbinette", "+33612987654", "zerbinette@exemple.fr", "mirabelles"
PRIVATE = (NAME, "612987654", "12 98 76 54", EMAIL, WORDS)
SESSIONS = "/api/v1/configurator/sessions"


@pytest.fixture(autouse=True)
def _clock(at):
    at(NOW)


@pytest.fixture
def written(caplog):
    """All that was logged, as it would be written: our lines at DEBUG, libraries' from WARNING."""
    caplog.set_level(logging.WARNING)
    caplog.set_level(logging.DEBUG, "allokoli")
    form = _PlacesOnly("%(levelname)s %(name)s %(message)s")
    with structlog.testing.capture_logs() as lines:

        def all_of() -> str:
            ours = [
                json.dumps(_exception_without_words(None, "", dict(line)), default=repr)
                for line in lines
            ]
            return "\n".join([*ours, *(form.format(one) for one in caplog.records)])

        yield all_of


def assert_silent(log, *secrets):
    for private in (*PRIVATE, *secrets):
        assert private not in log, [line for line in log.splitlines() if private in line][:3]


async def test_the_owners_conversation(client, owner, voice, written):
    opened = await client.post(SESSIONS, json={"locale": "fr"}, headers=owner.headers)
    path = f"{SESSIONS}/{opened.json()['id']}"
    for said in (
        f"Je tiens un restaurant, Chez {NAME}, spécialité de {WORDS}",
        f"prévenez-moi à {EMAIL} et transférez au {PHONE}",
        f"Chez {NAME}, bonjour !",
        "comme vous voulez",
        "\x00",
        WORDS * 2_000,
    ):
        await client.post(f"{path}/messages", json={"text": said}, headers=owner.headers)
    bad = {"blueprint": {"notify": {"email": f"<{EMAIL}>"}, "name": NAME}}
    assert (await client.patch(path, json=bad, headers=owner.headers)).status_code == 422
    good = {"blueprint": {"notify": {"email": EMAIL}, "name": NAME, "must_not_say": [WORDS]}}
    assert (await client.patch(path, json=good, headers=owner.headers)).status_code == 200
    log = written()
    assert '"event": "request"' in log
    assert_silent(log, owner.tokens["access_token"], opened.json()["id"])


async def test_a_call_with_its_bookings_its_report_and_its_mail(owner, voice, written, monkeypatch):
    assistant = (await owner.post("/assistants", {"blueprint": BLUEPRINT})).json()
    secret = await owner.server_secret()
    call = Talk(owner, assistant, customer={"number": PHONE})
    dinner = {"date": "2026-11-28", "time": "20:00", "party_size": 4, "name": NAME}
    made = await call.ask("book_slot", **dinner, phone=PHONE, email=EMAIL, details={"x": WORDS})
    assert made["booked"]
    await call.ask("book_slot", **{**dinner, "date": WORDS})
    await call.ask("find_booking", phone=PHONE, name=NAME)
    await call.ask("send_confirmation", id=made["id"], channel="email", to=EMAIL)
    await call.ask(WORDS, name=NAME)
    said = {"role": "user", "transcriptType": "final", "transcript": f"{WORDS} pour {NAME}"}
    await deliver(owner, message("transcript", call.call, **said))
    async with session(owner.identity) as opened:
        # Whoever holds the agenda makes the next request fail in the database.
        await opened.execute(text("select 1 from agendas for update"))
        busy = await call.ask("book_slot", **{**dinner, "time": "21:00"})
    assert "error" in busy

    async def break_down(*_args, **_kwargs):
        raise ValueError(f"{NAME} {PHONE} {EMAIL}")

    report = end_of_call_report(
        call.call, analysis={"summary": f"{NAME} veut des {WORDS}", "structuredData": dinner}
    )
    await deliver(owner, report)
    with monkeypatch.context() as broken:
        broken.setattr(notifications, "_spoke", break_down)
        await run_jobs()
    await run_jobs()
    log = written()
    assert "agenda_not_answered" in log
    assert_silent(log, secret, owner.tokens["access_token"])


async def test_what_breaks_in_a_request(owner, voice, written, monkeypatch):
    assistant = (await owner.post("/assistants", {"blueprint": BLUEPRINT})).json()
    async with session(owner.identity) as opened:
        await opened.execute(text("select 1"))
    from allokoli.platform.agenda import bookings

    async def break_down(opened, *_args, **_kwargs):
        await opened.execute(text("select :a::int"), {"a": f"{NAME} {PHONE}"})

    monkeypatch.setattr(bookings, "create_booking", break_down)
    body = {"date": "2026-11-28", "time": "20:00", "name": NAME, "phone": PHONE}
    answer = await owner.post("/agenda/bookings", body)
    assert answer.status_code == 500
    assert NAME not in answer.text
    assert assistant["id"] not in answer.text
    log = written()
    assert "unexpected_error" in log
    assert_silent(log)
