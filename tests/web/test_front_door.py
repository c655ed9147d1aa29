"""Landing, languages, errors, and what the browser is told to refuse."""

import re

import pytest

from allokoli.core.i18n import LOCALES


async def test_the_front_door_finds_the_visitors_language(browser):
    answer = await browser.get("/", headers={"accept-language": "he-IL,he;q=0.9"})
    assert answer.headers["location"] == "/he"
    await browser.get("/en")
    answer = await browser.get("/", headers={"accept-language": "he-IL"})
    assert answer.headers["location"] == "/en"


@pytest.mark.parametrize("path", ["/dashboard", "/settings", "/create"])
async def test_short_addresses_lead_to_a_language(browser, path):
    assert (await browser.get(path)).headers["location"] == f"/fr{path}"


async def test_the_test_link_of_the_mail_leads_to_the_test_page(browser):
    answer = await browser.get("/test/0b7c5c0e-0000-4000-8000-000000000000")
    assert answer.headers["location"] == "/fr/test/0b7c5c0e-0000-4000-8000-000000000000"


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_landing_page_speaks_its_language(browser, locale):
    page = await browser.get(f"/{locale}")
    assert page.status_code == 200
    assert f'<html lang="{locale}" dir="{"rtl" if locale == "he" else "ltr"}"' in page.text
    assert f'href="/{locale}/create?new=true"' in page.text


async def test_french_marks_keep_their_narrow_space(browser):
    page = await browser.get("/fr")
    assert "Faut-il savoir programmer\u202f?" in page.text
    assert "ni clé d’API\u00a0:" in page.text


async def test_nothing_is_loaded_from_outside(browser):
    page = await browser.get("/fr")
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page.text)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    # Nor anything written in the page that the policy would refuse.
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.text)


@pytest.mark.parametrize("path", ["/xx", "/fr/nowhere", "/fr/calls/not-an-id/nothing"])
async def test_an_unknown_page_says_so(browser, path):
    page = await browser.get(path)
    assert page.status_code == 404
    assert "pas d’abonné à ce numéro" in page.text


async def test_an_unknown_route_of_the_api_answers_in_json(browser):
    answer = await browser.get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


async def test_a_form_sent_from_another_site_is_refused(browser):
    for headers in (
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": ""},
    ):
        answer = await browser.post("/fr/logout", headers=headers)
        assert answer.status_code == 403


async def test_files_that_never_change_are_kept_by_the_browser(browser):
    page = await browser.get("/fr")
    sheet = re.search(r'href="(/static/dist/assets/[^"]+\.css)"', page.text)
    assert sheet, "build the interface first: scripts/build-web"
    answer = await browser.get(sheet[1])
    assert "immutable" in answer.headers["cache-control"]
