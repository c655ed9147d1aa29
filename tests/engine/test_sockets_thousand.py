"""A thousand short calls on one engine leave it as it was."""

import asyncio
import gc
import os
import time

import httpx
import psutil
import pytest
from socket_caller import SocketCaller
from talking import engine_app  # noqa: F401 - a fixture
from test_sockets import here

from allokoli.core import database

pytestmark = [pytest.mark.audio, pytest.mark.timeout(900)]
CALLS = 1_000
WARM_UP = 100
AT_ONCE = 4
GREETING = "Bonjour."


async def test_a_thousand_calls_leave_nothing_behind(tenant, settings, monkeypatch) -> None:
    monkeypatch.setattr(settings, "max_calls_per_organization", 50)
    body = {
        "assistant": {"firstMessage": GREETING, "artifactPlan": {"recordingEnabled": False}},
        "transport": {"provider": "vapi.websocket"},
    }
    headers = tenant.headers
    once = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(
        base_url=tenant.base_url, headers=headers, timeout=60, limits=once
    ) as http:

        async def calls(count: int) -> None:
            for _ in range(count):
                made = (await http.post("/call", json=body)).json()
                url = here(tenant, made["transport"]["websocketCallUrl"])
                caller = await SocketCaller(url).connect(speaking=False)
                await caller.sound_after(0)
                await caller.hang_up()

        async def batch(count: int) -> dict[str, float]:
            started_s = time.monotonic()
            await asyncio.gather(*(calls(count // AT_ONCE) for _ in range(AT_ONCE)))
            async with asyncio.timeout(60):
                while await _unconcluded(tenant):  # noqa: ASYNC110 - calls end by themselves
                    await asyncio.sleep(0.2)
            return {"calls": count, "s": time.monotonic() - started_s, **_held()}

        rows = [await batch(count) for count in (WARM_UP, *[(CALLS - WARM_UP) // 3] * 3)]
    for row in rows:
        print({name: round(value, 1) for name, value in row.items()})  # noqa: T201 - the figures
    first, last = rows[1], rows[-1]
    assert last["mb"] - first["mb"] < 0.06 * first["mb"]
    assert last["fds"] <= first["fds"] + 3
    assert last["tasks"] <= first["tasks"] + 3
    assert last["threads"] <= first["threads"] + 2
    assert last["connections"] <= database._engine().pool.size() + 10


def _held() -> dict[str, float]:
    """What this process holds now."""
    gc.collect()
    me = psutil.Process(os.getpid())
    return {
        "mb": me.memory_info().rss / 1e6,
        "fds": me.num_fds(),
        "threads": me.num_threads(),
        "tasks": len(asyncio.all_tasks()),
        "connections": database._engine().pool.checkedout(),
    }


async def _unconcluded(tenant) -> int:
    from sqlalchemy import text

    async with database.session(tenant.identity) as opened:
        statement = text("select count(*) from engine.calls where concluded_at is null")
        return int((await opened.execute(statement)).scalar_one())
