"""A real engine on a real port, for several folders of tests."""

import socket
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from serving import free_port, serve
from starlette.requests import Request
from starlette.responses import Response
from vapi import AsyncVapi

from allokoli.core import database, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import create_key
from allokoli.core.settings import get_settings
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


@cache
def engine_without_audio() -> FastAPI:
    """The application, made once: declaring its routes takes longer than most tests."""
    return create_app(audio=False)


@pytest.fixture
async def engine_app(settings, engine_port, monkeypatch):
    """The engine, without audio, answering on a port."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")
    monkeypatch.setattr(settings, "public_url", f"http://127.0.0.1:{engine_port}/public")
    async with serve(engine_without_audio(), engine_port):
        yield engine_without_audio()


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


class Receiver:
    """A server that takes an assistant's messages, and refuses some when told to."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.refused = 0
        self._refusals: dict[str, int] = {}

    def refuses(self, kind: str, *, times: int) -> None:
        self._refusals[kind] = times

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.messages if one["type"] == kind]

    async def make_retries_due(self) -> None:
        """Rather than wait for them."""
        import psycopg

        url = database.admin_url(get_settings()).set(drivername="postgresql")
        conninfo = url.render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(conninfo) as connection:
            await connection.execute("update jobs.procrastinate_jobs set scheduled_at = null")

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        message = (await request.json())["message"]
        self.secrets.add(request.headers.get("x-vapi-secret"))
        status = 200
        if self._refusals.get(message["type"], 0) > 0:
            self._refusals[message["type"]] -= 1
            self.refused += 1
            status = 503
        else:
            self.messages.append(message)
        await Response(status_code=status)(scope, receive, send)


@pytest.fixture
async def receiver():
    made = Receiver()
    port = free_port()
    made.url = f"http://127.0.0.1:{port}/receive"
    async with serve(made, port, lifespan="off"):
        yield made


@pytest.fixture
def run_jobs(monkeypatch):
    """Run the engine's queued jobs until there are none."""
    ours = tuple(one for one in jobs.TASK_MODULES if one.startswith("allokoli.engine."))
    monkeypatch.setattr(jobs, "TASK_MODULES", ours)
    jobs.app.cache_clear()
    yield lambda: jobs.run_worker(wait=False)
    jobs.app.cache_clear()
