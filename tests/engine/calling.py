"""What tests of calls do over HTTP."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx

TEXT = {"transport": {"provider": "text"}}


@contextlib.asynccontextmanager
async def http_of(tenant, key: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an organization's key; patient, since tests share their machine."""
    headers = {"authorization": f"Bearer {key or tenant.private}"}
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=headers, timeout=60) as client:
        yield client


async def started(http: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """A written call."""
    response = await http.post("/call", json={**TEXT, **body})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def said(http: httpx.AsyncClient, call_id: str, content: str) -> dict[str, Any]:
    """What a written call answers."""
    response = await http.post(f"/call/{call_id}/message", json={"content": content})
    assert response.status_code == 201, response.text
    reply: dict[str, Any] = response.json()["reply"]
    return reply


async def ended(http: httpx.AsyncClient, call_id: str) -> dict[str, Any]:
    """A call ended from outside, whole."""
    response = await http.post(f"/call/{call_id}/control", json={"type": "end-call"})
    assert response.is_success, response.text
    return await seen(http, call_id)


async def seen(http: httpx.AsyncClient, call_id: str) -> dict[str, Any]:
    """A call as it is."""
    response = await http.get(f"/call/{call_id}")
    assert response.status_code == 200, response.text
    call: dict[str, Any] = response.json()
    return call


def path_of(url: str) -> str:
    """The part of a public link that a test's client can follow."""
    return url[url.index("/call/") :]
