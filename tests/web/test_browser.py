"""The pages in a real browser: nothing overflows or is refused, troubles are said in words."""

import pytest
from playwright.async_api import async_playwright, expect
from test_owner_pages import keep

from allokoli.core.i18n import LOCALES
from allokoli.core.settings import get_settings
from allokoli.platform.accounts import login_sessions
from allokoli.web.app import create_app

pytestmark = pytest.mark.browser

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
async def chromium():
    """Opens a browser with more arguments; closes them all at the end."""
    opened = []
    async with async_playwright() as playwright:

        async def launch(*arguments: str):
            browser = await playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=[*QUIET, *arguments]
            )
            opened.append(browser)
            return browser

        yield launch
        for browser in opened:
            await browser.close()


@pytest.fixture
async def site(settings, serve, monkeypatch):
    """The web process, with nobody where the engine should be."""
    monkeypatch.setattr(get_settings(), "engine_internal_url", "http://127.0.0.1:9")
    async with serve(create_app()) as address:
        yield address


class Watched:
    """A page, and what went wrong on it."""

    def __init__(self, page, site: str) -> None:
        self.page, self.site = page, site
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message) -> None:
        if message.type == "error" and "/engine/" not in str(message.location):
            self.complaints.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.elsewhere.append(request.url)

    async def sign_up(self):
        """Make an account; returns whose it is."""
        await self.page.goto(f"{self.site}/fr/signup")
        await self.page.fill("#email", "mario@example.com")
        await self.page.fill("#password", "une phrase assez longue")
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url("**/fr/dashboard")
        cookies = await self.page.context.cookies()
        access = next(cookie["value"] for cookie in cookies if cookie["name"] == "access")
        return await login_sessions.identify(access)


async def watched(chromium, site, *arguments, **options) -> Watched:
    browser = await chromium(*arguments)
    return Watched(await browser.new_page(**options), site)


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_page_fits_a_small_phone(chromium, site, locale):
    phone = await watched(chromium, site, viewport={"width": 360, "height": 740})
    kept = await keep(await phone.sign_up(), "Assistant de la Pâtisserie Saint-Honoré")
    for path in (
        "", "/dashboard", "/assistants", f"/assistants/{kept.assistant_id}", "/calls",
        f"/calls/{kept.call_id}", f"/calls/{kept.call_id}/written", "/agenda", "/outbox",
        f"/outbox/{kept.mail_id}", "/settings", f"/test/{kept.assistant_id}", "/create",
    ):  # fmt: skip
        answer = await phone.page.goto(f"{site}/{locale}{path}")
        assert answer.status == 200, path
        assert not await phone.page.evaluate(SCROLLS_SIDEWAYS), path
    assert phone.complaints == []
    assert phone.elsewhere == []


async def test_the_choice_of_light_stays(chromium, site):
    desk = await watched(chromium, site, color_scheme="light")
    await desk.page.goto(f"{site}/fr")
    await desk.page.click("[data-theme-toggle]")
    await desk.page.reload()
    await expect(desk.page.locator("html")).to_have_attribute("data-theme", "veillee")


async def test_the_keyboard_reaches_the_content_first(chromium, site):
    desk = await watched(chromium, site)
    await desk.page.goto(f"{site}/fr")
    await desk.page.keyboard.press("Tab")
    await expect(desk.page.locator(".skip-link")).to_be_focused()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("#content")).to_be_focused()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--use-fake-device-for-media-stream", "--deny-permission-prompts"],
            "Le micro est bloqué",
        ),
        (["--use-fake-ui-for-media-stream"], "Aucun micro n’a été trouvé"),
        (MICROPHONE, "Le moteur vocal ne répond pas"),
    ],
)
async def test_a_call_that_cannot_start_says_why(chromium, site, arguments, sentence):
    desk = await watched(chromium, site, *arguments)
    kept = await keep(await desk.sign_up(), "Assistant Chez Mario")
    await desk.page.goto(f"{site}/fr/test/{kept.assistant_id}")
    await desk.page.click("#start-call")
    await expect(desk.page.locator("#call-error")).to_contain_text(sentence)
    await expect(desk.page.locator("#start-call")).to_be_enabled()
    assert desk.complaints == []
