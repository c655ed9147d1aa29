from datetime import UTC, datetime, timedelta

import pytest

MARIO = {"email": "mario@example.com", "password": "une phrase assez longue"}


@pytest.fixture
async def mario(browser):
    answer = await browser.post("/fr/signup", data=MARIO)
    assert answer.status_code == 303
    return browser


async def test_signing_up_opens_the_dashboard(browser):
    answer = await browser.post("/fr/signup", data=MARIO)
    assert answer.headers["location"] == "/fr/dashboard"
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
    page = await browser.get("/fr/dashboard")
    assert page.status_code == 200
    assert "Vue d’ensemble" in page.text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"email": "mario", "password": MARIO["password"]}, "Cette adresse e-mail"),
        ({"email": MARIO["email"], "password": "court"}, "huit caractères au moins"),
        ({}, "Cette adresse e-mail"),
    ],
)
async def test_what_is_wrong_with_a_sign_up_is_said(browser, form, sentence):
    answer = await browser.post("/fr/signup", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_an_address_has_one_account(mario):
    await mario.post("/fr/logout")
    answer = await mario.post("/fr/signup", data=MARIO | {"email": "Mario@Example.com"})
    assert answer.status_code == 409
    assert "Un compte existe déjà" in answer.text


async def test_a_wrong_password_keeps_the_address_typed(mario):
    await mario.post("/fr/logout")
    answer = await mario.post("/fr/login", data=MARIO | {"password": "pas la bonne"})
    assert answer.status_code == 401
    assert "incorrect" in answer.text
    assert 'value="mario@example.com"' in answer.text


async def test_a_visitor_is_brought_back_where_they_were_going(mario):
    await mario.post("/fr/logout")
    refused = await mario.get("/fr/settings")
    assert refused.status_code == 303
    assert refused.headers["location"] == "/fr/login?next=/fr/settings"
    answer = await mario.post("/fr/login", data=MARIO | {"next": "/fr/settings"})
    assert answer.headers["location"] == "/fr/settings"


@pytest.mark.parametrize("elsewhere", ["https://evil.test", "//evil.test", "/\\evil.test", "evil"])
async def test_signing_in_never_leads_to_another_site(mario, elsewhere):
    await mario.post("/fr/logout")
    answer = await mario.post("/fr/login", data=MARIO | {"next": elsewhere})
    assert answer.headers["location"] == "/fr/dashboard"


async def test_signing_out_ends_the_tokens_too(mario):
    kept = dict(mario.cookies)
    await mario.post("/fr/logout")
    assert (await mario.get("/fr/dashboard")).status_code == 303
    mario.cookies.update(kept)
    assert (await mario.get("/fr/dashboard")).status_code == 303


async def test_an_expired_access_token_is_renewed_in_passing(mario, at):
    before = mario.cookies["access"]
    at(datetime.now(UTC) + timedelta(minutes=16))
    assert (await mario.get("/fr/dashboard")).status_code == 200
    assert mario.cookies["access"] != before
    assert (await mario.get("/fr/dashboard")).status_code == 200


async def test_an_expired_sign_in_asks_to_sign_in_again(mario, at):
    at(datetime.now(UTC) + timedelta(days=31))
    assert (await mario.get("/fr/dashboard")).status_code == 303
    live = await mario.get("/fr/dashboard/live", headers={"hx-request": "true"})
    assert live.headers["hx-redirect"] == "/fr/login"


async def test_forged_cookies_open_nothing(browser):
    browser.cookies.update({"access": "a.b.c", "refresh": "x"})
    assert (await browser.get("/fr/dashboard")).status_code == 303
