"""The web process as a browser meets it, on the run's real database."""

from functools import cache, partial

import httpx
import pytest
from serving import on_a_port

from allokoli.web.app import create_app


@pytest.fixture
def serve():
    """Serve an application on a free port; gives its address."""
    return partial(on_a_port, lifespan="on")


@cache
def site():
    """The application, made once: declaring its routes takes longer than most tests."""
    return create_app()


@pytest.fixture
async def browser(settings):
    """A client that keeps cookies and names its origin, as browsers do."""
    app = site()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://allokoli.test",
            headers={"origin": "http://allokoli.test", "accept-language": "fr"},
        ) as client,
    ):
        yield client
