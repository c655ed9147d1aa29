"""All of an assistant's blueprint on its page, each part read and changed by hand."""

import re
from html import unescape
from uuid import UUID

import pytest
from api import voice

from allokoli.blueprint.catalog import template
from allokoli.core.database import session
from allokoli.platform.accounts import login_sessions
from allokoli.platform.assistants import service
from allokoli.platform.assistants.schemas import AssistantCreate

__all__ = ["voice"]

HTMX = {"hx-request": "true"}


def read(page) -> str:
    """What a person reads: one kind of space, no markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.text)))


class Page:
    """The page of an assistant."""

    def __init__(self, browser, identity, assistant_id: UUID) -> None:
        self.browser, self.identity, self.assistant_id = browser, identity, assistant_id
        self.address = f"/fr/assistants/{assistant_id}"

    async def shown(self):
        return await self.browser.get(self.address)

    async def change(self, part: str, headers=None, **sent):
        return await self.browser.post(f"{self.address}/plan/{part}", data=sent, headers=headers)

    async def blueprint(self):
        async with session(self.identity) as opened:
            return (await service.get_assistant(opened, self.assistant_id)).blueprint


@pytest.fixture
async def page(browser, voice):
    account = {"email": "mario@example.com", "password": "une phrase assez longue"}
    await browser.post("/fr/signup", data=account)
    identity = await login_sessions.identify(browser.cookies["access"])
    blueprint = template("restaurant", "fr").blueprint
    made = await service.create_assistant(identity, AssistantCreate(blueprint=blueprint))
    return Page(browser, identity, made.id)


async def test_every_part_is_shown_and_changed(page, voice):
    first = read(await page.shown())
    for label in ("Questions et réponses", "Transfert d’appel", "Langues", "À ne jamais dire"):
        assert label in first
    for part, sent in (
        ("name", {"name": "Chez Luigi"}),
        ("greeting", {"greeting": "Chez Luigi, bonsoir !"}),
        ("tone", {"tone": "calm"}),
        ("faqs", {"question": ["Un parking ?", ""], "answer": ["Oui, en face.", ""]}),
        ("escalation", {"phone": "06 12 34 56 78", "when": "en cas d’urgence"}),
        ("languages", {"languages": ["fr", "he"]}),
        ("must_not_say", {"lines": "les prix\nla politique"}),
        ("hours", {"tue": "12h-14h, 19h-22h30"}),
        ("notify", {"email": "luigi@example.com", "phone": "", "webhook": ""}),
    ):
        answer = await page.change(part, **sent)
        assert answer.status_code == 303, part
    words = read(await page.shown())
    for kept in (
        "Chez Luigi", "Un parking ?", "06 12 34 56 78", "Français, Hébreu",
        "les prix · la politique", "mar. 12 h–14 h / 19 h–22 h 30", "luigi@example.com",
    ):  # fmt: skip
        assert kept in words
    at_platform = next(iter(voice.assistants.values()))
    assert at_platform["metadata"]["blueprint"]["name"] == "Chez Luigi"


async def test_what_is_left_empty_is_taken_away(page):
    await page.change("escalation", phone="06 12 34 56 78", when="")
    await page.change("escalation", phone="", when="")
    await page.change("faqs", question=[""], answer=[""])
    await page.change("hours")
    kept = await page.blueprint()
    assert (kept["escalation"], kept["faqs"], kept["hours"]) == (None, [], None)


@pytest.mark.parametrize(
    ("part", "sent", "said"),
    [
        ("hours", {"mon": "de 9h à 25h"}, "Vérifiez les horaires"),
        ("faqs", {"question": "Un parking ?", "answer": ""}, "sa réponse"),
        ("escalation", {"phone": "12"}, "numéro"),
        ("name", {"name": " "}, "quarante caractères"),
        ("languages", {}, "ne peuvent pas être gardés"),
        ("tone", {"tone": "rude"}, "ne peuvent pas être gardés"),
    ],
    ids=range(6),
)
async def test_a_refusal_is_said_in_the_part_and_nothing_changes(page, part, sent, said):
    before = await page.blueprint()
    with_scripts = await page.change(part, HTMX, **sent)
    assert said in read(with_scripts)
    assert f"[data-part='{part}'] [data-trouble]" in with_scripts.text
    without = await page.change(part, **sent)
    assert without.status_code in {400, 422}
    assert said in read(without)
    assert f'data-part="{part}" open' in without.text
    assert await page.blueprint() == before


async def test_a_part_that_does_not_exist_is_not_found(page):
    assert (await page.change("platform_id", platform_id="x")).status_code == 404
    assert (await page.change("name'] x", name="x")).status_code == 404


async def test_a_platform_that_refuses_is_said_and_nothing_changes(page, voice):
    before = await page.blueprint()
    voice.fails("PATCH", "/assistant/.*", "refuse", status=400, times=2)
    refused = await page.change("name", name="Chez Luigi")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert await page.blueprint() == before
