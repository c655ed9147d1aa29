"""Hostile arguments and names: the agenda answers each, and writes nothing that breaks out."""

import pytest
from icalendar import Calendar
from test_agenda_tools import BLUEPRINT, DINNER, MARIO, NOW, Talk


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
