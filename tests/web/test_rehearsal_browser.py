"""The simulated callers in a real browser: narrow, from right to left, unfolded, called again."""

from uuid import UUID, uuid4

import pytest
from playwright.async_api import expect
from test_browser import SCROLLS_SIDEWAYS, chromium, site, watched

from allokoli.blueprint.catalog import template
from allokoli.configurator import service
from allokoli.configurator.models import ConfiguratorSession
from allokoli.configurator.rehearsals.models import Rehearsal
from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.i18n import LOCALES
from allokoli.platform.assistants.models import Assistant

__all__ = ["chromium", "site"]

pytestmark = pytest.mark.browser

LONG = "Je voudrais réserver une table pour quatre personnes vendredi soir, " * 6
SAID = [{"role": "user", "text": LONG}, {"role": "assistant", "text": "x" * 300}]
CALLERS = [
    {"kind": "plain", "status": "passed", "missing": [], "transcript": SAID},
    {"kind": "corrects", "status": "failed", "missing": ["time", "outcome"], "transcript": SAID},
    {"kind": "asks", "status": "passed", "missing": [], "transcript": SAID},
    {"kind": "out_of_scope", "status": "unavailable", "missing": [], "transcript": []},
    {"kind": "closed", "status": "passed", "missing": [], "transcript": SAID},
]


async def kept(identity, callers, status="done"):
    """An assistant and its rehearsal; returns its id."""
    blueprint = template("restaurant", "fr").blueprint.model_dump(mode="json")
    async with session(identity) as opened:
        row = Assistant(
            org_id=identity.organization, name="Chez Mario", blueprint=blueprint, config={},
            platform_id="p", sync="synced", sync_at=clock.now(),
        )  # fmt: skip
        opened.add(row)
        await opened.flush()
        opened.add(
            Rehearsal(
                assistant_id=row.id, org_id=identity.organization, run_id=uuid4(),
                session_id=None, status=status, callers=callers,
            )
        )  # fmt: skip
        return row.id


async def done(identity, assistant_id):
    async with session(identity) as opened:
        row = await opened.get(Rehearsal, assistant_id)
        row.status, row.callers = "done", [CALLERS[0]]


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_callers_fit_a_narrow_screen_and_unfold(chromium, site, locale):
    seen = await watched(chromium, site, viewport={"width": 360, "height": 740})
    identity = await seen.sign_up()
    assistant_id = await kept(identity, CALLERS)
    page = seen.page
    await page.goto(f"{site}/{locale}/assistants/{assistant_id}")
    await page.locator('[data-caller="corrects"] summary').click()
    await expect(page.locator('[data-caller="corrects"] .bubble').first).to_be_visible()
    assert not await page.evaluate(SCROLLS_SIDEWAYS)
    assert seen.complaints == []
    assert seen.elsewhere == []


async def test_calling_again_is_followed_to_its_end_without_reloading(chromium, site):
    seen = await watched(chromium, site)
    identity = await seen.sign_up()
    assistant_id = await kept(identity, CALLERS)
    page = seen.page
    await page.goto(f"{site}/fr/assistants/{assistant_id}")
    await page.evaluate("window.stays = true")
    await page.click("#rehearse-again")
    await expect(page.locator("#rehearsal")).to_have_attribute("data-state", "running")
    await done(identity, assistant_id)
    await expect(page.locator("#rehearsal")).to_have_attribute("data-state", "passed")
    await page.locator('[data-caller="plain"] summary').click()
    await expect(page.locator('[data-caller="plain"] .bubble').first).to_be_visible()
    assert await page.evaluate("window.stays")
    assert seen.complaints == []


async def test_a_creation_that_ends_shows_its_callers_before_inviting_to_call(chromium, site):
    seen = await watched(chromium, site, viewport={"width": 360, "height": 740})
    identity = await seen.sign_up()
    assistant_id = await kept(identity, CALLERS, "running")
    held = await service.open_session(identity, locale="fr")
    await become(identity, held.id, "creating", None)
    page = seen.page
    await page.context.add_cookies([{"name": "conversation", "value": str(held.id), "url": site}])
    await page.goto(f"{site}/fr/create")
    await expect(page.locator("#creation")).to_be_visible()
    await become(identity, held.id, "created", assistant_id)
    await expect(page.locator("#rehearsal")).to_have_attribute("data-state", "running")
    assert await page.evaluate(
        "document.querySelector('#rehearsal').compareDocumentPosition("
        "document.querySelector('#created')) === Node.DOCUMENT_POSITION_FOLLOWING"
    )
    await expect(page.locator("#go-test")).to_be_visible()
    await done(identity, assistant_id)
    await expect(page.locator("#rehearsal")).to_have_attribute("data-state", "passed")
    assert not await page.evaluate(SCROLLS_SIDEWAYS)
    assert seen.complaints == []


async def become(identity, session_id: UUID, status, assistant_id):
    async with session(identity) as opened:
        row = await opened.get(ConfiguratorSession, session_id)
        row.status, row.assistant_id = status, assistant_id
