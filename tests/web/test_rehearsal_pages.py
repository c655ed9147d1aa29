"""Simulated callers on the pages of owners: waiting, passed, failed, unheard, in each language."""

from uuid import UUID, uuid4

import pytest

from allokoli.blueprint.catalog import template
from allokoli.configurator.rehearsals.models import Rehearsal
from allokoli.core import clock
from allokoli.core.database import session
from allokoli.platform.accounts import login_sessions
from allokoli.platform.assistants.models import Assistant

SCRIPT = "<script>alert(1)</script>"
SAID = [
    {"role": "user", "text": f"Bonjour {SCRIPT}"},
    {"role": "assistant", "text": "Au revoir !"},
]
HX = {"hx-request": "true"}


async def signed_up(browser, email):
    await browser.post("/fr/signup", data={"email": email, "password": "une phrase assez longue"})
    return await login_sessions.identify(browser.cookies["access"])


@pytest.fixture
async def kept(browser):
    """An owner's assistant that was never rehearsed."""
    identity = await signed_up(browser, "mario@example.com")
    blueprint = template("restaurant", "fr").blueprint.model_dump(mode="json")
    async with session(identity) as opened:
        row = Assistant(
            org_id=identity.organization, name="Chez Mario", blueprint=blueprint, config={},
            platform_id="p", sync="synced", sync_at=clock.now(),
        )  # fmt: skip
        opened.add(row)
        await opened.flush()
        return identity, row.id


async def rehearsed(kept, status, callers):
    identity, assistant_id = kept
    async with session(identity) as opened:
        opened.add(
            Rehearsal(
                assistant_id=assistant_id, org_id=identity.organization, run_id=uuid4(),
                session_id=None, status=status, callers=callers,
            )
        )  # fmt: skip
    return f"/fr/assistants/{assistant_id}"


def caller(status, missing=(), transcript=SAID, kind="plain"):
    return {"kind": kind, "status": status, "missing": list(missing), "transcript": transcript}


async def test_an_assistant_that_was_never_tried_can_be(browser, kept):
    _, assistant_id = kept
    page = (await browser.get(f"/fr/assistants/{assistant_id}")).text
    assert 'data-state="never"' in page
    assert "Faire appeler" in page
    answer = await browser.post(f"/fr/assistants/{assistant_id}/rehearsal", headers=HX)
    assert 'data-state="running"' in answer.text
    assert 'hx-trigger="every 2s"' in answer.text
    again = await browser.post(f"/fr/assistants/{assistant_id}/rehearsal")
    assert again.status_code == 303
    assert again.headers["location"] == f"/fr/assistants/{assistant_id}#rehearsal"


async def test_while_they_call_the_panel_counts_those_that_are_over(browser, kept):
    callers = [caller("passed"), caller("failed", kind="asks"), caller("running", kind="closed")]
    path = await rehearsed(kept, "running", callers)
    assert "Appels terminés\u00a0: 2 sur 3." in (await browser.get(path)).text


async def test_what_passed_shows_its_conversation_and_polls_no_more(browser, kept):
    path = await rehearsed(kept, "done", [caller("passed"), caller("passed", kind="asks")])
    page = (await browser.get(path)).text
    assert 'data-state="passed"' in page
    assert "il est prêt à répondre" in page
    assert "<details>" in page
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    assert "every 2s" not in page


async def test_what_failed_says_why(browser, kept):
    failed = caller("failed", ["date", "phone", "answer", "outcome"])
    path = await rehearsed(kept, "done", [failed, caller("passed", kind="closed")])
    page = (await browser.get(f"{path}/rehearsal", headers=HX)).text
    assert 'data-state="failed"' in page
    assert "date, téléphone" in page
    assert "La réponse à sa question" in page
    assert "L’appel ne s’est pas conclu" in page


async def test_a_silent_platform_is_told_apart_from_a_failure(browser, kept):
    path = await rehearsed(kept, "done", [caller("unavailable", transcript=[])])
    page = (await browser.get(f"{path}/rehearsal", headers=HX)).text
    assert 'data-state="unheard"' in page
    assert "<details>" not in page


@pytest.mark.parametrize(
    ("locale", "words"), [("fr", "Un appel tout simple"), ("en", "A simple call"), ("he", "שיחה")]
)
async def test_the_panel_speaks_the_language_of_the_page(browser, kept, locale, words):
    callers = [caller("passed"), caller("running", transcript=[], kind="corrects")]
    path = await rehearsed(kept, "running", callers)
    panel = await browser.get(f"/{locale}{path[3:]}/rehearsal", headers=HX)
    assert words in panel.text
    assert 'data-state="running"' in panel.text


async def test_without_scripts_the_panel_is_on_the_page_of_the_assistant(browser, kept):
    _, assistant_id = kept
    answer = await browser.get(f"/fr/assistants/{assistant_id}/rehearsal")
    assert answer.status_code == 303


async def test_nobody_else_sees_or_starts_a_rehearsal(browser, kept):
    path = await rehearsed(kept, "done", [caller("passed")])
    browser.cookies.clear()
    await signed_up(browser, "luigi@example.com")
    for address in (f"{path}/rehearsal", f"/fr/assistants/{UUID(int=0)}/rehearsal"):
        assert (await browser.get(address, headers=HX)).status_code == 404
        assert "Au revoir" not in (await browser.post(address, headers=HX)).text
