"""The agenda's page in a real browser: on a small phone, from right to left, without scripts."""

import pytest
from test_browser import SCROLLS_SIDEWAYS, chromium, site, watched

from allokoli.core.database import session
from allokoli.core.i18n import LOCALES
from allokoli.platform.agenda import bookings, feeds, service
from allokoli.platform.agenda.schemas import BookingCreate, ExceptionCreate, ResourceCreate

__all__ = ["chromium", "site"]
pytestmark = pytest.mark.browser
LONG = "Établissements-Wolfeschlegelsteinhausenbergerdorff-et-Compagnie"
OPEN_EVERYTHING = "for (const one of document.querySelectorAll('details')) one.open = true"


async def filled(owner, day):
    """An agenda with something long of everything."""
    async with session(owner) as opened:
        await service.create_resource(opened, owner, ResourceCreate(name=LONG, capacity=3))
        await service.create_exception(opened, owner, ExceptionCreate(day=day, label=LONG))
        given = {
            "date": day, "time": "12:00", "name": LONG, "phone": "+33612345678", "service": LONG,
            "email": f"{'a' * 60}@example.com", "details": {"allergies": LONG},
        }  # fmt: skip
        for _ in range(2):
            await bookings.create_booking(opened, owner, BookingCreate.model_validate(given))
        await feeds.rotate(opened, owner)


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_agenda_fits_a_small_phone(chromium, site, locale):
    phone = await watched(chromium, site, viewport={"width": 360, "height": 740})
    owner = await phone.sign_up()
    await phone.page.goto(f"{site}/{locale}/agenda")
    day = await phone.page.locator("#agenda-day").input_value()
    await filled(owner, day)
    for view in ("day", "week"):
        await phone.page.goto(f"{site}/{locale}/agenda?view={view}&day={day}")
        await phone.page.evaluate(OPEN_EVERYTHING)
        assert not await phone.page.evaluate(SCROLLS_SIDEWAYS), view
        assert await phone.page.locator("[data-booking]").count() == 2
    direction = await phone.page.evaluate("getComputedStyle(document.body).direction")
    assert direction == ("rtl" if locale == "he" else "ltr")
    assert phone.complaints == []
    assert phone.elsewhere == []


async def test_a_booking_is_noted_without_scripts(chromium, site):
    plain = await watched(chromium, site, java_script_enabled=False)
    await plain.sign_up()
    await plain.page.goto(f"{site}/fr/agenda")
    day = await plain.page.locator("#agenda-day").input_value()
    await plain.page.click("#book summary")
    form = plain.page.locator("#book form")
    await form.locator("[name=time]").fill("12:30")
    await form.locator("[name=name]").fill("Dupont")
    await form.locator("button").click()
    await plain.page.wait_for_url(f"**/fr/agenda?view=day&day={day}")
    shown = plain.page.locator("[data-booking]")
    assert await shown.count() == 1
    await shown.locator("summary").click()
    await shown.locator("button[value=cancelled]").click()
    await plain.page.wait_for_load_state()
    assert "Annulée" in await plain.page.locator("[data-booking]").inner_text()
