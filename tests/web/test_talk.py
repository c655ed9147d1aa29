"""Talking with AlloKoliConfig on its page: what its script asks, with no engine running."""

import asyncio
import re

import pytest
from test_create import OWNER, begin, say

from allokoli.core.settings import get_settings
from allokoli.web.pages import create_voice


@pytest.fixture(autouse=True)
def no_engine(monkeypatch):
    monkeypatch.setattr(get_settings(), "engine_internal_url", "http://127.0.0.1:9")


async def test_the_page_offers_to_talk_to_scripts_only(browser):
    page = await begin(browser)
    assert re.search(r'<div class="talk" id="talk" hidden', page.text)
    assert 'aria-label="Parler à AlloKoliConfig"' in page.text


async def test_a_language_without_a_voice_offers_writing_only(browser):
    await browser.get("/he/create")
    page = await browser.get("/he/create")
    assert page.status_code == 200
    assert 'id="talk"' not in page.text


async def test_an_engine_that_does_not_run_is_said_so(browser):
    await begin(browser)
    answer = await browser.post("/fr/create/call")
    assert answer.status_code in {502, 503}
    assert "sk_" not in answer.text


async def test_without_a_conversation_there_is_nothing_to_talk_about(browser):
    assert (await browser.post("/fr/create/call")).status_code == 404
    assert (await browser.get("/fr/create/changes")).status_code == 204
    assert (await browser.get("/fr/create/now")).headers["hx-redirect"] == "/fr/create"


async def test_another_site_cannot_start_a_call(browser):
    await begin(browser)
    answer = await browser.post("/fr/create/call", headers={"origin": "https://elsewhere.test"})
    assert answer.status_code == 403


async def test_the_page_asks_again_for_the_whole_conversation(browser):
    await begin(browser)
    await say(browser, OWNER[0])
    now = await browser.get("/fr/create/now", headers={"hx-request": "true"})
    assert now.text.count('data-role="owner"') == 1
    assert now.text.count('data-role="guide"') == 2
    for place in ("[data-thread]", "[data-next]", "[data-recap]"):
        assert f'hx-target="{place}"' in now.text


async def test_changes_are_told_without_a_word_of_what_was_said(browser):
    await begin(browser)
    session_id = browser.cookies["conversation"]
    told = create_voice.changes_of(session_id)
    coming = asyncio.ensure_future(anext(told))
    async with asyncio.timeout(20):
        while not coming.done():
            await say(browser, OWNER[0])
    assert await coming == "event: changed\ndata: {}\n\n"
    await told.aclose()
