"""The web process as a browser meets it, on the run's real database."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn

from allokoli.web.app import create_app


@asynccontextmanager
async def served(app):
    """Serve an application on a free loopback port; yields its address."""
    config = uvicorn.Config(app, port=0, log_level="warning", access_log=False, lifespan="on")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    running = asyncio.create_task(server.main_loop())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running
        await server.shutdown()


@pytest.fixture
def serve():
    return served


@pytest.fixture
async def browser(settings):
    """A client that keeps cookies and names its origin, as browsers do."""
    app = create_app()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://allokoli.test",
            headers={"origin": "http://allokoli.test", "accept-language": "fr"},
        ) as client,
    ):
        yield client
