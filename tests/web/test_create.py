"""The seed's conversation in the page, with and without scripts, and the account in its middle."""

import re
from html import unescape

import pytest

ACCOUNT = {"email": "mario@example.com", "password": "une phrase assez longue"}
HTMX = {"hx-request": "true"}
OWNER = [
    "Je voudrais créer un assistant pour mon restaurant",
    "Assistant Chez Mario",
    "Convivial et chaleureux",
    "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
    "Oui, absolument",
    "Oui, et aussi s'ils ont des allergies alimentaires",
]
WELCOME = (
    "Bonjour ! Je suis AlloKoliConfig, votre guide pour créer votre assistant vocal personnalisé."
)


def read(page) -> str:
    """What a person reads: one kind of space, no markup."""
    return re.sub(r"\s", " ", unescape(re.sub(r"<[^>]+>", "", page.text)))


async def begin(browser, query: str = ""):
    """Open the page as the landing page's button does; returns it."""
    first = await browser.get(f"/fr/create{query}")
    assert first.headers["location"] == "/fr/create"
    return await browser.get("/fr/create")


async def say(browser, text: str):
    return await browser.post("/fr/create/messages", data={"text": text}, headers=HTMX)


@pytest.fixture
async def recapped(browser):
    await begin(browser)
    for words in OWNER:
        page = await say(browser, words)
    assert "Confirmez-vous ces informations" in read(page)
    return browser


async def test_the_guide_welcomes_and_offers_answers(browser):
    page = await begin(browser, "?new=true")
    assert WELCOME in read(page)
    for hook in ('id="message"', 'id="send"', "data-suggestions", "data-recap"):
        assert hook in page.text


async def test_each_answer_brings_the_next_question_and_fills_the_plan(browser):
    await begin(browser)
    await say(browser, OWNER[0])
    page = await say(browser, OWNER[1])
    assert "Quel style de conversation" in read(page)
    assert "hx-partial" in page.text
    assert read(page).count("Assistant Chez Mario") >= 2
    # What the page has already is not sent again.
    assert "Je suis AlloKoliConfig" not in read(page)


async def test_without_scripts_the_page_comes_back_with_the_answer(browser):
    await begin(browser)
    answer = await browser.post("/fr/create/messages", data={"text": OWNER[0]})
    assert answer.headers["location"] == "/fr/create"
    assert "Quel nom aimeriez-vous lui donner ?" in read(await browser.get("/fr/create"))


async def test_the_conversation_waits_for_who_comes_back(recapped):
    page = read(await recapped.get("/fr/create"))
    assert WELCOME in page
    assert (
        "- Prise de réservations : OUI (nom, personnes, date, heure, téléphone, allergies)" in page
    )


async def test_a_visitor_who_confirms_signs_up_and_goes_on_where_they_were(recapped):
    page = await say(recapped, "Oui, c'est parfait !")
    assert 'id="sign-up"' in page.text
    refused = await recapped.post(
        "/fr/create/signup", data=ACCOUNT | {"password": "court"}, headers=HTMX
    )
    assert refused.status_code == 422
    assert "huit caractères au moins" in refused.text
    done = await recapped.post("/fr/create/signup", data=ACCOUNT, headers=HTMX)
    assert done.headers["hx-redirect"] == "/fr/create"
    page = await recapped.get("/fr/create")
    assert 'id="creation"' in page.text
    assert WELCOME in read(page)
    assert 'id="message"' not in page.text
    progress = await recapped.get("/fr/create/progress?seen=1", headers=HTMX)
    assert 'data-step="assistant"' in progress.text


async def test_somebody_with_an_account_signs_in_and_goes_on(recapped):
    await recapped.post("/fr/signup", data=ACCOUNT)
    await recapped.post("/fr/logout")
    await say(recapped, "Oui, c'est parfait !")
    answer = await recapped.post("/fr/login", data=ACCOUNT | {"next": "/fr/create"})
    assert answer.headers["location"] == "/fr/create"
    assert 'id="creation"' in (await recapped.get("/fr/create")).text


async def test_two_tabs_that_confirm_make_one_creation(recapped):
    await recapped.post("/fr/signup", data=ACCOUNT)
    for _tab in range(2):
        page = await say(recapped, "Oui, c'est parfait !")
        assert 'id="creation"' in page.text
    assert read(await recapped.get("/fr/create")).count("Je crée votre assistant") == 1


async def test_starting_again_forgets_the_answers(recapped):
    await recapped.post("/fr/create/restart")
    page = read(await recapped.get("/fr/create"))
    assert WELCOME in page
    assert "Récapitulons" not in page


async def test_a_script_told_to_the_guide_stays_words(browser):
    await begin(browser)
    page = await say(browser, "<script>alert(1)</script>")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


async def test_words_no_keyboard_types_do_no_harm(browser):
    await begin(browser)
    assert (await say(browser, "Chez\x00 Mario")).status_code == 200
    assert (await say(browser, "x" * 2001)).status_code == 422


async def test_a_conversation_that_is_gone_begins_again(browser):
    browser.cookies.set("conversation", "0b7c5c0e-0000-4000-8000-000000000000")
    answer = await say(browser, "Bonjour")
    assert answer.headers["hx-redirect"] == "/fr/create"
    assert (await browser.get("/fr/create")).status_code == 303


async def test_a_claimed_conversation_is_closed_to_others(recapped):
    await say(recapped, "Oui, c'est parfait !")
    await recapped.post("/fr/create/signup", data=ACCOUNT)
    held = recapped.cookies["conversation"]
    await recapped.post("/fr/logout")
    recapped.cookies.set("conversation", held)
    assert (await recapped.get("/fr/create")).status_code == 303


async def test_templates_are_offered_before_anything_is_said(browser):
    page = await begin(browser)
    assert 'href="/fr/create?template=hotel"' in page.text
    begun = await begin(browser, "?template=hotel")
    assert 'id="gallery"' not in begun.text
    assert "Hôtellerie" in read(begun)
    said = await say(browser, "L'hôtel du Parc")
    assert 'id="gallery"' not in said.text
