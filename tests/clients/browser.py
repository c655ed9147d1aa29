"""A page in Chromium that uses the official web client, and what it was told."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nodejs import run_node
from playwright.async_api import Page

HERE = Path(__file__).parent
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def build_page(folder: Path) -> None:
    """Bundle the page with the package as installed."""
    await run_node(HERE / "node" / "build-page.mjs", str(folder))


class ClientPage:
    """The page.

    Args:
        page: opened on it.

    Attributes:
        hosts: everything the browser spoke to, as `host:port`.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.hosts: set[str] = set()
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    async def open(self, url: str, key: str, base_url: str, **daily: Any) -> None:
        """Load the page and make its client; `daily` is the package's third argument."""
        await self._page.goto(url)
        await self._page.wait_for_function("window.ready")
        await self.run("open_client", {"key": key, "baseUrl": base_url, "daily": daily})

    async def run(self, function: str, *arguments: Any) -> Any:
        """Call a function of the page, or of its client when named `vapi.…`; awaited there."""
        passed = ", ".join(json.dumps(one) for one in arguments)
        return await self._page.evaluate(f"async () => {{ return await {function}({passed}) }}")

    async def of(self, name: str) -> list[Any]:
        """Everything emitted under a name."""
        return await self.run("of", name)

    async def until(self, condition: str, within_s: float = 60) -> None:
        """Wait until an expression of the page holds."""
        try:
            await self._page.wait_for_function(condition, timeout=within_s * 1000, polling=100)
        except Exception as error:
            told = await self._page.evaluate(
                "window.emitted.filter(([n]) => !n.includes('volume') && !n.startsWith('daily'))"
            )
            raise AssertionError(f"not within {within_s} s: {condition}\n{told}") from error

    async def loudest(self, name: str, during_s: float) -> float:
        """The highest level emitted from now on, in the real time of audio."""
        before = len(await self.of(name))
        await asyncio.sleep(during_s)
        return max((await self.of(name))[before:], default=0.0)
