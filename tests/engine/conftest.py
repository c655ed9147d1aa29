"""A real engine on a real port, for the official clients."""

import asyncio
import contextlib
import socket
from uuid import UUID, uuid4

import pytest
import uvicorn
from vapi import AsyncVapi

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import create_key
from allokoli.engine.app import create_app


class Tenant:
    """An organization with its keys."""

    def __init__(self, org_id: UUID, private: str, public: str, base_url: str) -> None:
        self.org_id = org_id
        self.private = private
        self.public = public
        self.base_url = base_url
        self.identity = Identity.job(org_id)
        self.headers = {"authorization": f"Bearer {private}"}

    def sdk(self, key: str | None = None) -> AsyncVapi:
        return AsyncVapi(token=key or self.private, base_url=self.base_url)


@pytest.fixture(scope="session")
def engine_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
async def engine_app(settings, engine_port, monkeypatch):
    """The engine, without audio, answering on a port."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")
    monkeypatch.setattr(settings, "public_url", f"http://127.0.0.1:{engine_port}/public")
    app = create_app(audio=False)
    async with serve(app, engine_port):
        yield app


@contextlib.asynccontextmanager
async def serve(app, port: int):
    """Run an ASGI application on a port."""
    config = uvicorn.Config(app, port=port, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            await running
        await asyncio.sleep(0.02)
    try:
        yield server
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def tenant(engine_app, make_tenant) -> Tenant:
    return await make_tenant()


@pytest.fixture
async def make_tenant(engine_app, engine_port):
    async def make() -> Tenant:
        org_id = uuid4()
        async with session(Identity.job(org_id)) as opened:
            _, private = await create_key(opened, org_id, "tests", "private")
            _, public = await create_key(opened, org_id, "tests", "public")
        return Tenant(org_id, private, public, f"http://127.0.0.1:{engine_port}")

    return make
