"""`@vapi-ai/web` 2.7.1, unmodified, in Chromium, on a page of another origin: spoken calls."""

import asyncio
from urllib.parse import urlsplit

import pytest
from browser import QUIET, ClientPage, build_page
from owner import RESTAURANT, Owner
from phone import RESERVATION, loudness
from playwright.async_api import async_playwright
from product import free_port
from rehearsal import record
from serving import serve
from starlette.staticfiles import StaticFiles

from allokoli.blueprint.blueprint import Blueprint
from allokoli.core import clock

pytestmark = [
    pytest.mark.audio,
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.timeout(300),
]
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
BUNDLE = "/call-machine/call-machine-object-bundle.js"


@pytest.fixture(scope="session")
async def site(tmp_path_factory):
    """The page, served from an origin of its own."""
    folder = tmp_path_factory.mktemp("page")
    await build_page(folder)
    port = free_port()
    async with serve(StaticFiles(directory=folder, html=True), port, lifespan="off"):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def owner(product):
    return Owner(product)


@pytest.fixture
async def open_page(site, owner):
    """Open the page in a browser of its own: `await open_page(*chromium_arguments)`."""
    engine = f"{owner.product.url}/engine"
    async with async_playwright() as playwright:
        browsers = []

        async def opened(*arguments: str, **daily: str) -> ClientPage:
            browser = await playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=[*QUIET, *arguments]
            )
            browsers.append(browser)
            page = ClientPage(await browser.new_page())
            where = daily or {"callObjectBundleUrlOverride": f"{engine}{BUNDLE}"}
            await page.open(site, owner.public_key(), engine, **where)
            return page

        yield opened
        for browser in browsers:
            await browser.close()


@pytest.fixture
async def caller(tmp_path, speech):
    """A recorded French caller, as Chromium's microphone."""
    path = tmp_path / "caller.wav"
    await record(path, Blueprint(**RESTAURANT), RESERVATION[:2], clock.now(), speech, [])
    return [*MICROPHONE, f"--use-file-for-fake-audio-capture={path}%noloop"]


async def test_a_page_makes_a_spoken_call(open_page, owner, caller, site, tmp_path):
    page = await open_page(*caller)
    assistant = platform_id(owner)
    call = await page.run("vapi.start", assistant)
    await page.until("of('call-start').length === 1")
    await page.until("of('speech-start').length > 0")
    assert await page.loudest("volume-level", during_s=1.5) > 0.1
    assert await page.of("audio") == ["AUDIO"]

    await page.until("said_by('user').length >= 2", within_s=90)
    heard = " ".join(await page.run("said_by", "user")).lower()
    assert "table" in heard
    assert "quatre" in heard or "4" in heard
    greeting = " ".join(await page.run("said_by", "assistant"))
    assert "Chez Mario" in greeting
    conversation = (await page.run("messages", "conversation-update"))[-1]
    assert conversation["messagesOpenAIFormatted"] or conversation["messages"]
    statuses = [one["status"] for one in await page.run("messages", "status-update")]
    assert "in-progress" in statuses

    await page.run("vapi.say", "Merci de patienter un instant.")
    await page.until("said_by('assistant').some(text => text.includes('patienter'))")

    assert not await page.run("vapi.isMuted")
    await page.run("vapi.setMuted", True)
    await page.until("vapi.isMuted()")
    await page.run("vapi.setMuted", False)
    await page.until("!vapi.isMuted()")

    await page.run("vapi.stop")
    await page.until("of('call-end').length === 1")
    assert (await page.run("messages", "status-update"))[-1]["status"] == "ended"
    assert await page.of("error") == []
    assert page.hosts == {host(site), host(owner.product.url)}

    ended = await asyncio.to_thread(owner.ended_call)
    assert ended["ended_reason"] == "customer-ended-call"
    said = " ".join(one["content"] for one in ended["messages"] if one["role"] == "user")
    assert "table" in said.lower()
    assert min(loudness(owner.recording(ended["id"], tmp_path / "call.wav"))) > 0.02
    assert call["id"]


async def test_the_assistant_hangs_up_and_the_page_is_told_why(open_page, owner):
    page = await open_page(*MICROPHONE, proxyUrl=f"{owner.product.url}/engine/px/")
    await page.run("vapi.start", platform_id(owner))
    await page.until("of('call-start').length === 1")
    await page.run("vapi.say", "Au revoir.", True)
    await page.until("of('call-end').length === 1")
    last = (await page.run("messages", "status-update"))[-1]
    assert last["status"] == "ended"
    assert last["endedReason"].startswith("assistant-")
    assert await page.of("error") == []
    # The same client can call again.
    assert await page.run("vapi.start", platform_id(owner))
    await page.until("of('call-start').length === 2")
    await page.run("vapi.end")
    await page.until("of('call-end').length === 2")


async def test_a_microphone_refused_is_said_and_nothing_hangs(open_page, owner):
    page = await open_page("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    assert await page.run("vapi.start", platform_id(owner)) is None
    refused = (await page.of("camera-error"))[0]
    assert refused["error"]["error"]["type"] == "permissions"
    failed = (await page.of("call-start-failed"))[0]
    assert failed["error"] == "The microphone was refused."
    assert await page.of("call-start") == []


async def test_an_engine_that_dies_ends_the_call_on_the_page(open_page, owner):
    page = await open_page(*MICROPHONE)
    await page.run("vapi.start", platform_id(owner))
    await page.until("of('call-start').length === 1")
    owner.product.kill("engine")
    await page.until("of('call-end').length === 1", within_s=90)
    lost = (await page.of("error"))[0]
    assert lost["error"]["message"] == "The connection to the voice engine was lost."


def platform_id(owner: Owner) -> str:
    """A restaurant's assistant, by the id the engine knows."""
    assistant_id = owner.make_assistant()
    return owner.api.get(f"/assistants/{assistant_id}").json()["platform_id"]


def host(url: str) -> str:
    return urlsplit(url).netloc
