"""The web process: pages, the platform's API, and the way to the built-in voice engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from allokoli.configurator import endpoints as configurator_api
from allokoli.configurator import voice_endpoints as configurator_voice
from allokoli.configurator.rehearsals import endpoints as rehearsals_api
from allokoli.core import database, events, http
from allokoli.platform import api as platform_api
from allokoli.platform.server_messages.endpoints import RECEIVE_PATH
from allokoli.web import engine_proxy, engine_sockets, error_pages
from allokoli.web.browser_guard import BrowserGuard
from allokoli.web.pages import (
    account,
    agenda,
    agenda_settings,
    assistants,
    calls,
    create,
    create_voice,
    dashboard,
    landing,
    outbox,
    plan,
    rehearsals,
    settings,
    studio,
    test_call,
    written_call,
)
from allokoli.web.session_cookies import SessionCookies
from allokoli.web.static_files import Fingerprinted

_PAGES = (
    landing,
    account,
    create,
    create_voice,
    plan,
    dashboard,
    assistants,
    rehearsals,
    studio,
    test_call,
    written_call,
    calls,
    agenda,
    agenda_settings,
    outbox,
    settings,
)


def create_app() -> FastAPI:
    """The application uvicorn serves."""
    app = http.create_app(
        "AlloKoli",
        lifespan=_lifespan,
        large_body_paths=(engine_proxy.PREFIX + "/", RECEIVE_PATH),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    error_pages.install(app)
    app.add_middleware(SessionCookies)
    app.add_middleware(BrowserGuard)
    app.mount("/static", Fingerprinted())
    app.include_router(engine_proxy.router)
    app.include_router(engine_sockets.router)
    for api in (platform_api, configurator_api, configurator_voice, rehearsals_api):
        app.include_router(api.router, prefix="/api/v1")
    for page in _PAGES:
        app.include_router(page.router, include_in_schema=False)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine_proxy.open_client() as client:
        app.state.engine = client
        yield
    await events.close()
    await database.dispose()
