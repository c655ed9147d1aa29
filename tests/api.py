"""The API as clients use it, over a local voice platform; fixtures for several folders."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select
from voice_platform import LocalVoicePlatform

from allokoli.core import http, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security import vault
from allokoli.platform.organizations.models import VoicePlatformRow

PASSWORD = "un mot de passe solide"


@dataclass
class Owner:
    """A signed-in owner and their client."""

    http: httpx.AsyncClient
    tokens: dict[str, Any]
    identity: Identity

    @property
    def org_id(self) -> UUID:
        return self.identity.organization

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", headers=self.headers, **options)

    async def post(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(f"/api/v1{path}", json=json, headers=self.headers | named)

    async def patch(self, path: str, json: Any) -> httpx.Response:
        return await self.http.patch(f"/api/v1{path}", json=json, headers=self.headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(f"/api/v1{path}", headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    async def sign_in_again(self) -> None:
        """After the clock was moved further than a token lives."""
        body = {"email": self.tokens["user"]["email"], "password": PASSWORD}
        self.tokens = (await self.http.post("/api/v1/auth/login", json=body)).json()

    async def server_secret(self) -> str:
        async with session(self.identity) as opened:
            row = (await opened.scalars(select(VoicePlatformRow))).one()
            return vault.unseal(row.server_secret_sealed)

    async def rows(self, table: Any) -> list[Any]:
        async with session(self.identity) as opened:
            return list((await opened.scalars(select(table))).all())


@pytest.fixture
async def voice(settings, monkeypatch):
    async with LocalVoicePlatform().running() as platform:
        monkeypatch.setattr(settings, "engine_internal_url", platform.url)
        yield platform


@cache
def api():
    """The application, made once: declaring its routes takes longer than most tests."""
    from allokoli.configurator.endpoints import router as configurator
    from allokoli.configurator.rehearsals.endpoints import router as rehearsals
    from allokoli.configurator.voice_endpoints import router as configurator_voice
    from allokoli.platform.api import router as platform
    from allokoli.platform.server_messages.endpoints import RECEIVE_PATH

    app = http.create_app("test", large_body_paths=(RECEIVE_PATH,))
    app.include_router(platform, prefix="/api/v1")
    app.include_router(configurator, prefix="/api/v1")
    app.include_router(configurator_voice, prefix="/api/v1")
    app.include_router(rehearsals, prefix="/api/v1")
    return app


@pytest.fixture
async def client(settings):
    app = api()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        made.app = app
        yield made


@pytest.fixture
async def owner(client) -> Owner:
    return await sign_up(client)


@pytest.fixture
async def stranger(client) -> Owner:
    return await sign_up(client)


async def sign_up(client: httpx.AsyncClient, email: str | None = None) -> Owner:
    body = {"email": email or f"{uuid4().hex}@exemple.fr", "password": PASSWORD}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    tokens = answer.json()
    user = tokens["user"]
    identity = Identity("user", UUID(user["organization_id"]), UUID(user["id"]), "owner")
    return Owner(client, tokens, identity)


async def run_jobs() -> None:
    """Run what is queued, and what that queues: a worker may look for it too early."""
    for _ in range(2):
        await jobs.run_worker(wait=False)
