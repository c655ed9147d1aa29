"""The agenda's page: it shows what was booked, and each form does what it says, without scripts."""

import re
from datetime import UTC, datetime

import pytest
from test_owner_pages import SCRIPT, signed_up

from allokoli.core.database import session
from allokoli.core.i18n import LOCALES
from allokoli.platform.agenda.models import Agenda, Booking, DayException, Resource

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DINNER = {
    "date": "2026-11-24", "time": "20:00", "name": "Dupont", "party_size": "4",
    "phone": "06 12 34 56 78", "service_name": "Anniversaire", "resource_id": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clock(at):
    at(NOW)


@pytest.fixture
async def owner(browser):
    return await signed_up(browser, "mario@example.com")


async def rows(owner, table):
    from sqlalchemy import select

    async with session(owner) as opened:
        return list((await opened.scalars(select(table))).all())


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


async def test_a_booking_is_noted_shown_moved_and_cancelled(browser, owner):
    await browser.get("/fr/agenda")
    (room,) = await rows(owner, Resource)
    larger = {"name": "Salle", "counts": "seats", "capacity": "10", "duration_minutes": "60"}
    answer = await browser.post(f"/fr/agenda/resources/{room.id}", data=larger)
    assert answer.headers["location"] == "/fr/agenda#resources"
    made = await browser.post("/fr/agenda/bookings", data=DINNER)
    assert made.status_code == 303
    assert made.headers["location"] == "/fr/agenda?view=day&day=2026-11-24"
    page = plain((await browser.get(made.headers["location"])).text)
    for words in (
        "mardi 24 novembre", "20 h – 21 h", "Dupont", "4 personnes", "+33 6 12 34 56 78",
        "Anniversaire", "Salle", "4 personnes attendues", "par vous",
    ):  # fmt: skip
        assert words in page, words
    (row,) = await rows(owner, Booking)
    assert row.reference in page
    moved = {"date": "2026-11-25", "time": "21:00", "party_size": "5", "view": "week"}
    answer = await browser.post(f"/fr/agenda/bookings/{row.id}", data=moved)
    assert answer.headers["location"] == "/fr/agenda?view=week&day=2026-11-25"
    (row,) = await rows(owner, Booking)
    assert (row.starts_at, row.party_size) == (datetime(2026, 11, 25, 20, 0, tzinfo=UTC), 5)
    gone = {"status": "cancelled", "day": "2026-11-25", "view": "day"}
    await browser.post(f"/fr/agenda/bookings/{row.id}", data=gone)
    page = plain((await browser.get("/fr/agenda?view=day&day=2026-11-25")).text)
    assert "Annulée" in page
    assert "line-through" in page


async def test_what_cannot_be_done_is_said_on_the_page(browser, owner):
    first = await browser.post("/fr/agenda/bookings", data={**DINNER, "party_size": ""})
    assert first.status_code == 303
    full = await browser.post("/fr/agenda/bookings", data={**DINNER, "name": "Martin"})
    assert full.status_code == 409
    assert "Il n’y a plus de place à cette heure." in full.text
    wrong = await browser.post("/fr/agenda/bookings", data={**DINNER, "time": "25:99"})
    assert wrong.status_code == 422
    assert "Certaines informations ne sont pas valables." in wrong.text
    assert len(await rows(owner, Booking)) == 1


async def test_the_weeks_go_on_and_nonsense_shows_this_one(browser, owner):
    page = (await browser.get("/fr/agenda?day=2026-11-24&view=week")).text
    shown = re.findall(r'data-day="([^"]+)"', page)
    assert (shown[0], shown[-1], len(shown)) == ("2026-11-23", "2026-11-29", 7)
    assert "day=2026-12-01" in page
    for query in ("day=zzz", "view=year", "day=0001-01-01", "day=9999-12-31", "day='--"):
        assert (await browser.get(f"/fr/agenda?{query}")).status_code == 200, query
    # In Hebrew the week begins on Sunday.
    hebrew = (await browser.get("/he/agenda?day=2026-11-24")).text
    assert re.findall(r'data-day="([^"]+)"', hebrew)[0] == "2026-11-22"
    assert 'dir="rtl"' in hebrew


async def test_days_unlike_the_others_and_what_is_booked_are_kept(browser, owner):
    closed = {"day": "2026-12-25", "label": "Noël"}
    assert (await browser.post("/fr/agenda/exceptions", data=closed)).status_code == 303
    late = {"day": "2026-12-24", "opens": "10:00", "closes": "16:00"}
    assert (await browser.post("/fr/agenda/exceptions", data=late)).status_code == 303
    half = {"day": "2026-12-23", "opens": "10:00", "closes": ""}
    assert (await browser.post("/fr/agenda/exceptions", data=half)).status_code == 422
    page = plain((await browser.get("/fr/agenda")).text)
    assert "vendredi 25 décembre 2026" in page
    assert "10 h – 16 h" in page
    for one in await rows(owner, DayException):
        await browser.post(f"/fr/agenda/exceptions/{one.id}/delete")
    assert await rows(owner, DayException) == []
    terrace = {"name": "Terrasse", "counts": "seats", "capacity": "12"}
    await browser.post("/fr/agenda/resources", data=terrace)
    made = next(one for one in await rows(owner, Resource) if one.name == "Terrasse")
    await browser.post(f"/fr/agenda/resources/{made.id}/delete")
    assert len(await rows(owner, Resource)) == 1


async def test_the_calendar_s_address_is_made_changed_and_taken_away(browser, owner):
    await browser.post("/fr/agenda/feed")
    first = re.search(r'value="(http[^"]+\.ics)"', (await browser.get("/fr/agenda")).text)[1]
    assert (await browser.get(first[first.index("/api/") :])).status_code == 200
    await browser.post("/fr/agenda/feed")
    assert (await browser.get(first[first.index("/api/") :])).status_code == 404
    await browser.post("/fr/agenda/feed/revoke")
    assert ".ics" not in (await browser.get("/fr/agenda")).text


async def test_rules_are_kept_within_bounds(browser, owner):
    assert (await browser.get("/fr/agenda")).status_code == 200
    kept = {"horizon_days": "60", "notice_minutes": "90"}
    assert (await browser.post("/fr/agenda/rules", data=kept)).status_code == 303
    (row,) = await rows(owner, Agenda)
    assert (row.horizon_days, row.notice_minutes) == (60, 90)
    for wrong in ({"horizon_days": "9999"}, {"notice_minutes": "-1"}, {"notice_minutes": "x"}):
        assert (await browser.post("/fr/agenda/rules", data=wrong)).status_code == 422


@pytest.mark.parametrize("locale", LOCALES)
async def test_names_are_shown_and_never_run(browser, owner, locale):
    await browser.post("/fr/agenda/bookings", data={**DINNER, "name": SCRIPT})
    await browser.post("/fr/agenda/resources", data={"name": SCRIPT})
    await browser.post("/fr/agenda/exceptions", data={"day": "2026-11-24", "label": SCRIPT})
    page = await browser.get(f"/{locale}/agenda?day=2026-11-24")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


async def test_another_organization_and_a_viewer_change_nothing(browser, owner):
    await browser.post("/fr/agenda/bookings", data=DINNER)
    await browser.post("/fr/agenda/exceptions", data={"day": "2026-12-25"})
    (booking,), (closed,) = await rows(owner, Booking), await rows(owner, DayException)
    (resource,) = await rows(owner, Resource)
    async with session(owner) as opened:
        from sqlalchemy import text

        await opened.execute(text("update memberships set role = 'viewer'"))
    page = (await browser.get("/fr/agenda?day=2026-11-24")).text
    assert "Dupont" in page
    assert '<form class="mt-4 grid grid-cols-2' not in page
    paths = (
        f"/fr/agenda/bookings/{booking.id}", f"/fr/agenda/exceptions/{closed.id}/delete",
        f"/fr/agenda/resources/{resource.id}", f"/fr/agenda/resources/{resource.id}/delete",
    )  # fmt: skip
    for path in (*paths, "/fr/agenda/feed", "/fr/agenda/feed/revoke", "/fr/agenda/rules"):
        refused = await browser.post(path, data={"status": "cancelled", "name": "pris"})
        assert refused.status_code == 403, path
    await browser.post("/fr/logout")
    await signed_up(browser, "lea@example.com")
    for path in paths:
        refused = await browser.post(path, data={"status": "cancelled", "name": "pris"})
        assert refused.status_code == 404, path
    assert "Dupont" not in (await browser.get("/fr/agenda?day=2026-11-24")).text
    (kept,) = await rows(owner, Booking)
    assert kept.status == "booked"


CHAIR = {
    "name": "Fauteuil", "counts": "bookings", "capacity": "1", "duration_minutes": "30",
    "step_minutes": "15", "buffer_minutes": "0", "active": "true",
}  # fmt: skip


async def test_each_service_has_its_minutes(browser, owner):
    await browser.get("/fr/agenda")
    (chair,) = await rows(owner, Resource)
    address = f"/fr/agenda/resources/{chair.id}"
    await browser.post(address, data={**CHAIR, "services": "Coupe : 30 min\nCouleur 90\n"})
    (chair,) = await rows(owner, Resource)
    assert chair.service_minutes == {"Coupe": 30, "Couleur": 90}
    page = plain((await browser.get("/fr/agenda")).text)
    assert "2 prestations" in page
    assert '<option value="Couleur">' in page
    await browser.post(address, data=CHAIR)
    (chair,) = await rows(owner, Resource)
    assert chair.service_minutes == {"Coupe": 30, "Couleur": 90}
    for wrong in ("Coupe", "30", "Coupe : 0", "Coupe : 99999"):
        refused = await browser.post(address, data={**CHAIR, "services": wrong})
        assert refused.status_code == 422, wrong
    await browser.post(address, data={**CHAIR, "services": ""})
    (chair,) = await rows(owner, Resource)
    assert chair.service_minutes == {}


async def test_a_stay_is_noted_by_its_nights(browser, owner):
    await browser.get("/fr/agenda")
    (room,) = await rows(owner, Resource)
    assert "Nuits" not in (await browser.get("/fr/agenda")).text
    by_night = {**CHAIR, "by_night": "true", "capacity": "4"}
    await browser.post(f"/fr/agenda/resources/{room.id}", data=by_night)
    assert "Nuits" in (await browser.get("/fr/agenda")).text
    await browser.post("/fr/agenda/bookings", data={**DINNER, "nights": "3"})
    page = plain((await browser.get("/fr/agenda?view=day&day=2026-11-24")).text)
    assert "24 nov. – 27 nov." in page
    assert "3 nuits" in page
