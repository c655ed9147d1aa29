"""The promise, from the landing page to the owner's mail, a French caller as the microphone."""

import asyncio

import httpx
import pytest
from phone import RESERVATION, loudness, noted, reservation
from playwright.async_api import Page, async_playwright
from product import wait_until
from rehearsal import record

from allokoli.blueprint.blueprint import Blueprint
from allokoli.core import clock

pytestmark = [
    pytest.mark.browser,
    pytest.mark.audio,
    pytest.mark.process,
    pytest.mark.timeout(420),
]

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EMAIL, PASSWORD = "mario@example.com", "une phrase assez longue"
WELCOME = (
    "Bonjour ! Je suis AlloKoliConfig, votre guide pour créer votre assistant vocal personnalisé."
    " Nous allons configurer ensemble votre assistant en moins de 5 minutes. Pour commencer, quel"
    " nom aimeriez-vous donner à votre futur assistant vocal ?"
)
# What the owner says, and how the answer begins.
CONVERSATION = [
    ("Je voudrais créer un assistant pour mon restaurant", "Parfait ! Quel nom aimeriez-vous"),
    ("Assistant Chez Mario", "Excellent choix ! Quel style de conversation"),
    ("Convivial et chaleureux", "Parfait ! Quand un client appelle"),
    (
        "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
        "Souhaitez-vous que l'assistant puisse prendre les réservations de table ?",
    ),
    ("Oui, absolument", "Quelles informations doit-il demander pour une réservation ?"),
    ("Oui, et aussi s'ils ont des allergies alimentaires", "Excellent ! Récapitulons"),
]


async def test_an_owner_talks_calls_and_finds_the_reservation(product, speech, tmp_path):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM
        )
        context = await browser.new_context(timezone_id="Europe/Paris")
        page = await context.new_page()
        await create_by_talking(page, product.url)
        await page.locator("#created").wait_for(timeout=30_000)
        cookies = await context.storage_state()
        test_address = await page.locator("#go-test").get_attribute("href")
        await browser.close()

        api = signed_in(product.url)
        blueprint = Blueprint(**api.get("/assistants").json()["data"][0]["blueprint"])
        microphone = tmp_path / "caller.wav"
        again = [RESERVATION[2], RESERVATION[-1], RESERVATION[4], RESERVATION[-1]]
        await record(microphone, blueprint, RESERVATION, clock.now(), speech, again)

        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                *CHROMIUM,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}%noloop",
            ],
        )
        context = await browser.new_context(
            timezone_id="Europe/Paris", storage_state=cookies, permissions=["microphone"]
        )
        page = await context.new_page()
        await page.goto(f"{product.url}{test_address}")
        await page.click("#start-call")
        await page.locator("#call[data-state=ended]").wait_for(timeout=240_000)
        transcript = await page.locator("#transcript").inner_text()
        call = await asyncio.to_thread(call_of, api)
        assert noted(call) == reservation(), transcript
        assert "Claire Bernard" in transcript
        assert call["ended_reason"] == "assistant-ended-call"

        await see_the_call(page, product.url, call["id"])
        await see_the_mail(page, product.url)
        await browser.close()

    recording = tmp_path / "call.wav"
    recording.write_bytes(api.get(f"/calls/{call['id']}/recording").content)
    assert min(loudness(recording)) > 0.02
    assert_logs_tell_nothing(product)


async def create_by_talking(page: Page, site: str) -> None:
    """From the landing page to a confirmed plan and an account."""
    await page.goto(f"{site}/fr")
    await page.click("#create-assistant")
    await hear(page, 0, WELCOME)
    for number, (words, answer) in enumerate(CONVERSATION, start=1):
        await page.fill("#message", words)
        await page.click("#send")
        await hear(page, number, answer)
    await page.fill("#message", "Oui, c'est parfait !")
    await page.click("#send")
    await page.fill("#email", EMAIL)
    await page.fill("#password", PASSWORD)
    await page.click("#sign-up button")


async def hear(page: Page, number: int, begins: str) -> None:
    """Wait for the guide's sentence of that number, and check how it begins."""
    bubble = page.locator("[data-role=guide]").nth(number)
    await bubble.wait_for()
    said = " ".join((await bubble.inner_text()).split()).replace("’", "'")
    # A label for screen readers stands before the words.
    assert said.removeprefix("AlloKoliConfig : ").startswith(begins), said


def signed_in(site: str) -> httpx.Client:
    """The owner's API client."""
    api = httpx.Client(base_url=f"{site}/api/v1", timeout=30, trust_env=False)
    answer = api.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return api


def call_of(api: httpx.Client) -> dict:
    """The owner's call, once it is ended, analyzed and its recording kept."""

    def complete() -> dict | None:
        found = api.get("/calls").json()["data"]
        call = found and api.get(f"/calls/{found[0]['id']}").json()
        if not call or call["status"] != "ended" or not call["analysis"]["summary"]:
            return None
        return call if api.get(f"/calls/{call['id']}/recording").is_success else None

    return wait_until(complete, within_s=60, every_s=0.5)


async def see_the_call(page: Page, site: str, call_id: str) -> None:
    """The dashboard counts the call; its report shows everything."""
    await page.goto(f"{site}/fr/dashboard")
    assert (await page.locator("[data-figure=calls_today]").inner_text()).strip().startswith("1")
    await page.goto(f"{site}/fr/calls/{call_id}")
    assert "Claire Bernard" in await page.locator("#structured-data").inner_text()
    assert await page.locator("#summary").inner_text()
    duration = await page.locator("#recording").evaluate(
        "audio => new Promise(done => { audio.preload = 'auto';"
        " audio.readyState ? done(audio.duration)"
        " : (audio.onloadedmetadata = () => done(audio.duration), audio.load()) })"
    )
    assert duration > 20


async def see_the_mail(page: Page, site: str) -> None:
    """The owner's mail with the reservation is in the outbox, beside the one of the creation."""
    await page.goto(f"{site}/fr/outbox")
    mails = page.locator("#mails")
    await mails.get_by_text("est prêt").first.wait_for()
    assert "réservation" in (await mails.inner_text()).lower()


def assert_logs_tell_nothing(product) -> None:
    """No log line holds a customer's words, name, number or address."""
    logs = "\n".join(file.read_text() for file in (product.folder / "logs").glob("*.log"))
    for secret in ("Claire", "Bernard", "poisson", "22 33", "22334455", EMAIL, PASSWORD):
        assert secret not in logs
