"""The agenda over the API: what the owner sets, what they may book, and who may."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from blueprints import RESTAURANT
from icalendar import Calendar
from sqlalchemy import text

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform.agenda.models import Agenda, Booking

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DINNER = {"date": "2026-11-28", "time": "20:00", "name": "Dupont", "party_size": 4}


@pytest.fixture(autouse=True)
def _clock(at):
    at(NOW)


@pytest.fixture
async def room(owner):
    """A room of ten seats, the agenda's only resource."""
    (first,) = (await owner.get("/agenda/resources")).json()
    changes = {"counts": "seats", "capacity": 10, "duration_minutes": 60, "name": "Salle"}
    answer = await owner.patch(f"/agenda/resources/{first['id']}", changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_agenda_is_there_at_first_sight_and_follows_the_first_sector(owner, voice):
    (plain,) = (await owner.get("/agenda/resources")).json()
    assert (plain["name"], plain["capacity"], plain["duration_minutes"]) == ("Agenda", 1, 30)
    await owner.post("/assistants", {"blueprint": RESTAURANT})
    (room,) = (await owner.get("/agenda/resources")).json()
    assert (room["name"], room["counts"], room["capacity"]) == ("Salle", "seats", 40)
    assert (await owner.get("/agenda/settings")).json() == {
        "sector": "restaurant",
        "timezone": "Europe/Paris",
        "horizon_days": 365,
        "notice_minutes": 0,
        "feed_url": None,
    }


async def test_what_the_owner_changed_is_never_made_over(owner, room, voice):
    await owner.post("/assistants", {"blueprint": RESTAURANT})
    assert [one["id"] for one in (await owner.get("/agenda/resources")).json()] == [room["id"]]


async def test_many_first_sights_at_once_make_one_agenda(owner):
    answers = await asyncio.gather(*(owner.get("/agenda/resources") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await owner.rows(Agenda)) == 1
    assert len((await owner.get("/agenda/resources")).json()) == 1


async def test_the_owner_books_moves_and_cancels(owner, room):
    made = await owner.post("/agenda/bookings", {**DINNER, "phone": "06 12 34 56 78"})
    assert made.status_code == 201, made.text
    booking = made.json()
    assert (booking["starts_at"], booking["ends_at"]) == (
        "2026-11-28T19:00:00Z",
        "2026-11-28T20:00:00Z",
    )
    assert (booking["phone"], booking["source"], booking["status"]) == (
        "+33612345678",
        "owner",
        "booked",
    )
    path = f"/agenda/bookings/{booking['id']}"
    moved = (await owner.patch(path, {"time": "21:30", "party_size": 6})).json()
    assert (moved["starts_at"], moved["party_size"]) == ("2026-11-28T20:30:00Z", 6)
    gone = (await owner.delete(path)).json()
    assert gone["status"] == "cancelled"
    # It stays to be seen, and may stand again while there is room.
    assert (await owner.get(path)).json()["status"] == "cancelled"
    full = await owner.post(
        "/agenda/bookings", {**DINNER, "time": "21:30", "party_size": 8, "name": "M"}
    )
    assert full.status_code == 201
    again = await owner.patch(path, {"status": "booked"})
    assert again.status_code == 409


async def test_the_owner_may_book_when_closed_but_not_beyond_the_room(owner, room):
    closed = {"day": "2026-11-28"}
    assert (await owner.post("/agenda/exceptions", closed)).status_code == 201
    assert (await owner.post("/agenda/exceptions", closed)).status_code == 409
    assert (await owner.post("/agenda/bookings", {**DINNER, "party_size": 10})).status_code == 201
    answer = await owner.post("/agenda/bookings", {**DINNER, "party_size": 1})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


async def test_of_many_owners_clicks_at_once_none_goes_beyond_the_room(owner, room):
    answers = await asyncio.gather(*(owner.post("/agenda/bookings", DINNER) for _ in range(10)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 2 + [409] * 8
    assert sum(row.units for row in await owner.rows(Booking)) == 8


async def test_a_repeated_request_books_once(owner, room):
    for _ in range(3):
        answer = await owner.post("/agenda/bookings", DINNER, Idempotency_Key="k1")
        assert answer.status_code == 201
    assert len(await owner.rows(Booking)) == 1


async def test_an_exception_changes_what_callers_are_told(owner, room):
    asked = {"date": "2026-11-28", "time": "20:00", "party_size": 2}
    assert (await owner.get("/agenda/slots", params=asked)).json()["free"] is True
    closed = (await owner.post("/agenda/exceptions", {"day": "2026-11-28"})).json()
    told = (await owner.get("/agenda/slots", params=asked)).json()
    assert (told["free"], told["reason"]) == (False, "closed")
    assert told["slots"][0]["date"] == "2026-11-29"
    assert (await owner.delete(f"/agenda/exceptions/{closed['id']}")).status_code == 200
    assert (await owner.get("/agenda/slots", params=asked)).json()["free"] is True


async def test_a_resource_with_coming_bookings_stays(owner, room):
    booked = (await owner.post("/agenda/bookings", DINNER)).json()
    path = f"/agenda/resources/{room['id']}"
    assert (await owner.delete(path)).status_code == 409
    await owner.delete(f"/agenda/bookings/{booked['id']}")
    # It has a past, so that it is put out of use rather than forgotten.
    assert (await owner.delete(path)).json()["active"] is False
    fresh = (await owner.post("/agenda/resources", {"name": "Terrasse"})).json()
    await owner.delete(f"/agenda/resources/{fresh['id']}")
    assert [one["id"] for one in (await owner.get("/agenda/resources")).json()] == [room["id"]]


WRONG = {
    "an-hour-clocks-skip": ({"date": "2027-03-28", "time": "02:30"}, 422),
    "too-far": ({"date": "2036-01-01"}, 422),
    "an-offset": ({"time": "20:00+02:00"}, 422),
    "no-phone": ({"phone": "abc"}, 422),
    "no-address": ({"email": "abc"}, 422),
    "no-people": ({"party_size": 0}, 422),
    "surprise": ({"surprise": 1}, 422),
    "no-such-resource": ({"resource_id": str(uuid4())}, 404),
    "half-a-letter": ({"name": "\ud800"}, 422),
}


@pytest.mark.parametrize(("given", "status"), WRONG.values(), ids=WRONG.keys())
async def test_what_cannot_be_booked_is_refused(owner, room, given, status):
    answer = await owner.http.post(
        "/api/v1/agenda/bookings",
        content=json.dumps({**DINNER, **given}),
        headers={**owner.headers, "content-type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert await owner.rows(Booking) == []


async def test_a_viewer_looks_and_changes_nothing(owner, room):
    await owner.post("/agenda/feed")
    booked = (await owner.post("/agenda/bookings", DINNER)).json()
    async with session(owner.identity) as opened:
        await opened.execute(text("update memberships set role = 'viewer'"))
    assert (await owner.get("/agenda/bookings")).status_code == 200
    # The feed's address is a key that would outlive their leaving.
    assert (await owner.get("/agenda/settings")).json()["feed_url"] is None
    for answer in (
        await owner.post("/agenda/bookings", DINNER),
        await owner.patch(f"/agenda/bookings/{booked['id']}", {"name": "x"}),
        await owner.delete(f"/agenda/bookings/{booked['id']}"),
        await owner.post("/agenda/resources", {"name": "x"}),
        await owner.post("/agenda/exceptions", {"day": "2026-12-25"}),
        await owner.post("/agenda/feed"),
        await owner.delete("/agenda/feed"),
        await owner.patch("/agenda/settings", {"horizon_days": 3}),
    ):
        assert answer.status_code == 403, answer.url


async def test_the_feed_is_read_by_its_address_alone_until_that_changes(owner, room):
    given = {**DINNER, "phone": "0612345678", "email": "d@example.com", "service": "Menu; fête"}
    booked = (await owner.post("/agenda/bookings", given)).json()
    gone = (await owner.post("/agenda/bookings", {**DINNER, "name": "Parti"})).json()
    await owner.delete(f"/agenda/bookings/{gone['id']}")
    url = (await owner.post("/agenda/feed")).json()["url"]
    path = url[url.index("/api/") :]
    answer = await owner.http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert b"\r\n" in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    events = {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert len(events) == 2
    event = events[f"{booked['id']}@allokoli"]
    assert event["dtstart"].dt == datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
    assert event["summary"] == "Dupont · 4 personnes · Menu; fête"
    assert booked["reference"] in event["description"]
    assert "+33612345678" in event["description"]
    assert "d@example.com" not in answer.text
    assert events[f"{gone['id']}@allokoli"]["status"] == "CANCELLED"
    etag = {"If-None-Match": answer.headers["etag"]}
    assert (await owner.http.get(path, headers=etag)).status_code == 304
    newer = (await owner.post("/agenda/feed")).json()["url"]
    assert newer != url
    assert (await owner.http.get(path)).status_code == 404
    await owner.delete("/agenda/feed")
    assert (await owner.http.get(newer[newer.index("/api/") :])).status_code == 404
    assert (await owner.http.get("/api/v1/agenda/feeds/.ics")).status_code == 404


async def test_a_name_cannot_write_lines_of_its_own_into_the_calendar(owner, room):
    evil = "X\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:faux"
    await owner.post("/agenda/bookings", {**DINNER, "name": evil})
    url = (await owner.post("/agenda/feed")).json()["url"]
    answer = await owner.http.get(url[url.index("/api/") :])
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1


async def test_the_feed_s_secret_is_neither_stored_plain_nor_seen_by_others(owner, room):
    url = (await owner.post("/agenda/feed")).json()["url"]
    token = url.rsplit("/", 1)[1].removesuffix(".ics")
    (row,) = await owner.rows(Agenda)
    assert token.encode() not in bytes(row.feed_token_hash) + bytes(row.feed_token_sealed)
    assert (await owner.get("/agenda/settings")).json()["feed_url"] == url
    async with session(Identity.job(uuid4())) as opened:
        assert await opened.get(Agenda, owner.org_id) is None
