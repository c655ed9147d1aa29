"""Hostile arguments and names: the agenda answers each, and writes nothing that breaks out."""

from urllib.parse import urlsplit

import pytest
from api import run_jobs
from icalendar import Calendar
from sqlalchemy import update
from test_agenda_tools import BLUEPRINT, DINNER, MARIO, NOW, Talk

from allokoli.core.database import session
from allokoli.core.mail import Mail
from allokoli.platform.agenda.confirmations import MOST_TO_ONE
from allokoli.platform.agenda.models import Booking, Resource
from allokoli.platform.organizations.models import Organization


@pytest.fixture(autouse=True)
def _clock(at):
    at(NOW)


@pytest.fixture
async def assistant(owner, voice):
    return (await owner.post("/assistants", {"blueprint": BLUEPRINT})).json()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1969-12-31", "3000-01-01"])
async def test_days_that_no_calendar_reaches_are_refused(owner, assistant, day):
    call = Talk(owner, assistant)
    for function in ("find_slots", "book_slot"):
        refused = await call.ask(function, **{**DINNER, **MARIO, "date": day})
        assert refused == {"error": "Missing or not valid: date."}
    answer = await owner.get(f"/agenda/slots?date={day}")
    assert answer.status_code == 422


async def test_a_name_cannot_write_lines_of_a_calendar(owner, assistant):
    call = Talk(owner, assistant)
    name = "Mallory\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Faux, vrai; rien\x00\u202e"
    made = await call.ask("book_slot", **{**DINNER, **MARIO, "name": name})
    assert made["booked"]
    url = (await owner.post("/agenda/feed")).json()["url"]
    written = (await owner.http.get(url)).content
    lines = written.split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == 1
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert "Mallory" in event["summary"]


BREAKS = 'A\rBEGIN:VALARM\nB\x0bC\x85D\u2028E\u202eF; , \\\\ "G'


async def test_what_owners_write_cannot_break_their_calendar(owner, assistant):
    made = {"date": "2026-11-28", "time": "13:00", "name": BREAKS, "service": BREAKS}
    assert (await owner.post("/agenda/bookings", made)).status_code == 201
    assert (await owner.patch("/organization", {"name": BREAKS})).status_code == 200
    url = (await owner.post("/agenda/feed")).json()["url"]
    # As rows written before such names were refused would be.
    async with session(owner.identity) as opened:
        for table in (Organization, Resource, Booking):
            await opened.execute(update(table).values(name=BREAKS))
    answer = await owner.http.get(urlsplit(url).path)
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    assert lines.count("BEGIN:VEVENT") == 1
    assert not any(line.startswith("BEGIN:VALARM") for line in lines)
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["location"] == 'A BEGIN:VALARM B C D EF; , \\\\ "G'


@pytest.mark.parametrize("path", ["/organization", "/agenda/bookings"])
async def test_a_name_that_cannot_be_seen_is_none(owner, assistant, path):
    unseen = {"name": "\u200b\u202e"}
    if path == "/organization":
        answer = await owner.patch(path, unseen)
    else:
        answer = await owner.post(path, {**unseen, "date": "2026-11-28", "time": "13:00"})
    assert answer.status_code == 422


async def booked(owner, assistant, index, **given):
    call = Talk(owner, assistant)
    hour = f"{19 + index // 4}:{15 * (index % 4):02d}"
    made = await call.ask("book_slot", date="2026-11-28", time=hour, **given)
    assert made["booked"], made
    return call, made


async def test_nobody_is_flooded_with_confirmations_of_many_bookings(owner, assistant):
    answers = []
    for index in range(4):
        call, made = await booked(owner, assistant, index, name="Dupont")
        for to in ("Victime@exemple.fr", "victime@exemple.fr"):
            sent = await call.ask("send_confirmation", id=made["id"], channel="email", to=to)
            answers.append(sent)
    assert [one["sent"] for one in answers] == [True] * MOST_TO_ONE + [False] * 2
    assert answers[-1]["reason"] == "too_many"
    other = await call.ask("send_confirmation", id=made["id"], channel="email", to="b@exemple.fr")
    assert other == {"sent": True}


async def test_a_name_in_a_confirmation_leads_nowhere(owner, assistant):
    name = "Gagnez 1000 sur https://faux.example/x?y=1 ou a@faux.example, 0899 12 34 56"
    call, made = await booked(owner, assistant, 0, name=name)
    await call.ask("send_confirmation", id=made["id"], channel="email", to="b@exemple.fr")
    await run_jobs()
    (mail,) = await owner.rows(Mail)
    for leading in ("://", "faux.example", "@", "1000", "0899"):
        assert leading not in mail.text
    assert "faux" not in mail.calendar
    assert "au nom de Gagnez sur https faux example" in mail.text


async def test_a_usual_name_is_confirmed_as_it_is(owner, assistant):
    call, made = await booked(owner, assistant, 0, name="Mme. d’Été-L'Hôte J. Jr.")
    await call.ask("send_confirmation", id=made["id"], channel="email", to="b@exemple.fr")
    await run_jobs()
    (mail,) = await owner.rows(Mail)
    assert "au nom de Mme. d’Été-L'Hôte J. Jr." in mail.text
