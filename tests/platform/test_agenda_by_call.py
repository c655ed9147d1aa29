"""The whole way: an assistant of a template, the real engine, a caller in writing, the agenda."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from api import run_jobs, sign_up
from babel.dates import format_date
from serving import on_a_port

from allokoli.blueprint.catalog import template
from allokoli.core import clock
from allokoli.core.mail import Mail
from allokoli.engine.app import create_app as create_engine
from allokoli.platform.agenda.models import Booking
from allokoli.platform.calls.models import Call
from allokoli.web.app import create_app as create_web

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def owner(settings, monkeypatch):
    """An owner on a site whose engine runs beside it, without audio."""
    async with (
        on_a_port(create_web(), lifespan="on") as web_url,
        on_a_port(create_engine(audio=False), lifespan="on") as engine_url,
        httpx.AsyncClient(base_url=web_url, timeout=60) as client,
    ):
        monkeypatch.setattr(settings, "web_internal_url", web_url)
        monkeypatch.setattr(settings, "public_url", web_url)
        monkeypatch.setattr(settings, "engine_internal_url", engine_url)
        yield await sign_up(client)


@pytest.fixture
async def restaurant(owner):
    """The template's assistant, open every day."""
    given = template("restaurant", "fr").blueprint.model_dump(mode="json", exclude_none=True)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    given["hours"] = {day: [["12:00", "14:00"], ["19:00", "23:00"]] for day in days}
    answer = await owner.post("/assistants", {"blueprint": given})
    assert answer.status_code == 201, answer.text
    return answer.json()


class Conversation:
    """A written call."""

    def __init__(self, owner, call):
        self.owner = owner
        self.call = call
        self.heard = []

    async def say(self, words):
        answer = await self.owner.post(f"/messages/{self.call['id']}", {"content": words})
        assert answer.status_code == 201, answer.text
        reply = answer.json()["reply"]
        self.heard.append(re.sub(r"\s+", " ", reply["content"]))
        return self.heard[-1], reply["ended"]

    async def agree(self, most=6):
        """Say yes until it is done."""
        for _ in range(most):
            _, ended = await self.say("Oui, c'est parfait")
            if ended or await self.owner.rows(Booking):
                return
        raise AssertionError(self.heard)


@pytest.fixture
def ring(owner, restaurant):
    async def start():
        body = {"assistant_id": restaurant["id"], "transport": {"provider": "text"}}
        answer = await owner.post("/calls", body)
        assert answer.status_code == 201, answer.text
        return Conversation(owner, answer.json())

    return start


def evening() -> date:
    return clock.now().astimezone(PARIS).date() + timedelta(days=8)


def wish(day: date, people=4) -> str:
    said = format_date(day, "EEEE d MMMM", locale="fr")
    return (
        f"Bonjour, je voudrais réserver une table pour {people} personnes {said} à 20 heures, "
        "au nom de Dupont, mon numéro est le 06 12 34 56 78, pas d'allergie"
    )


async def test_a_table_agreed_on_the_telephone_is_in_the_agenda(owner, restaurant, ring):
    tools = restaurant["config"]["model"]["tools"]
    assert "book_slot" in [one.get("function", {}).get("name") for one in tools]
    conversation = await ring()
    await conversation.say(wish(evening()))
    await conversation.agree()
    (row,) = await owner.rows(Booking)
    local = row.starts_at.astimezone(PARIS)
    assert (local.date(), local.strftime("%H:%M")) == (evening(), "20:00")
    assert (row.name, row.phone, row.party_size) == ("Dupont", "+33612345678", 4)
    assert str(row.assistant_id) == restaurant["id"]
    (call,) = await owner.rows(Call)
    assert row.call_platform_id == call.platform_id
    shown = (await owner.get("/agenda/bookings")).json()["data"]
    assert [one["id"] for one in shown] == [str(row.id)]


async def test_a_full_evening_is_refused_and_a_near_hour_booked_instead(owner, ring):
    (room,) = (await owner.get("/agenda/resources")).json()
    await owner.patch(f"/agenda/resources/{room['id']}", {"capacity": 4, "duration_minutes": 60})
    taken = {"date": evening().isoformat(), "time": "20:00", "name": "Complet", "party_size": 4}
    assert (await owner.post("/agenda/bookings", taken)).status_code == 201
    conversation = await ring()
    said, ended = await conversation.say(wish(evening()))
    assert not ended
    assert "21 h" in said or "19 h" in said, said
    for _ in range(6):
        _, ended = await conversation.say("Oui, d'accord")
        rows = [row for row in await owner.rows(Booking) if row.name == "Dupont"]
        if rows or ended:
            break
    (row,) = rows
    local = row.starts_at.astimezone(PARIS)
    assert local.date() == evening()
    assert local.strftime("%H:%M") in {"19:00", "21:00"}


async def test_a_booking_is_called_off_by_the_same_number(owner, ring):
    first = await ring()
    await first.say(wish(evening()))
    await first.agree()
    second = await ring()
    await second.say("Bonjour, je voudrais annuler ma réservation")
    for words in ("06 12 34 56 78", "Oui", "Oui", "Dupont", "Oui"):
        _, ended = await second.say(words)
        (row,) = await owner.rows(Booking)
        if ended or row.status == "cancelled":
            break
    assert row.status == "cancelled", second.heard


async def test_the_owner_is_told_by_mail_of_what_was_booked(owner, ring):
    conversation = await ring()
    await conversation.say(wish(evening()))
    await conversation.agree()
    await owner.post(f"/calls/{conversation.call['id']}/end")
    await run_jobs()
    await run_jobs()
    (row,) = await owner.rows(Booking)
    mails = [mail for mail in await owner.rows(Mail) if row.reference in mail.text]
    assert len(mails) == 1
