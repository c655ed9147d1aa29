"""A thousand short calls on one engine leave it as it was."""

import asyncio
import gc
import os
import time

import httpx
import numpy as np
import psutil
import pytest
from socket_caller import SocketCaller
from sqlalchemy import text
from talking import engine_app  # noqa: F401 - a fixture
from test_sockets import here

from allokoli.core import database

pytestmark = [pytest.mark.audio, pytest.mark.timeout(900)]
CALLS, WARM_UP, BATCH = 1_000, 300, 100
AT_ONCE = 4
GREETING = "Bonjour."
# What a call may leave, as the slope over the last 700. Pools that still grow to their bound are
# the rest: ten database connections, two voices, six threads for files.
ALLOWED = {"kb": 8.0, "fds": 0.02, "threads": 0.02, "tasks": 0.01, "connections": 0.02}


async def test_a_thousand_calls_leave_nothing_behind(tenant, settings, monkeypatch) -> None:
    monkeypatch.setattr(settings, "max_calls_per_organization", 50)
    body = {
        "assistant": {"firstMessage": GREETING},
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
                caller = await SocketCaller(url).connect()
                await caller.sound_after(0)
                await caller.hang_up()

        async def batch(count: int) -> dict[str, float]:
            started_s = time.monotonic()
            await asyncio.gather(*(calls(count // AT_ONCE) for _ in range(AT_ONCE)))
            async with asyncio.timeout(60):
                while await _unconcluded(tenant):  # noqa: ASYNC110 - calls end by themselves
                    await asyncio.sleep(0.2)
            return {"s": time.monotonic() - started_s, **await _held(tenant)}

        rows = [await batch(count) for count in (WARM_UP, *[BATCH] * ((CALLS - WARM_UP) // BATCH))]
    for row in rows:
        print({name: round(value, 1) for name, value in row.items()})  # noqa: T201 - the figures
    so_far = WARM_UP + BATCH * np.arange(len(rows))
    left = {name: float(np.polyfit(so_far, [row[name] for row in rows], 1)[0]) for name in ALLOWED}
    print(left)  # noqa: T201 - the figures
    assert rows[-1]["calls"] == so_far[-1] == CALLS
    assert {name: value for name, value in left.items() if value > ALLOWED[name]} == {}


async def _held(tenant) -> dict[str, float]:
    """What this process holds now, and the calls it carried so far."""
    async with database.session(tenant.identity) as opened:
        statement = text("select count(*) from engine.calls where ended_reason = :reason")
        said = await opened.execute(statement, {"reason": "customer-ended-call"})
        carried = int(said.scalar_one())
        statement = text("select count(*) from pg_stat_activity where datname = current_database()")
        connections = int((await opened.execute(statement)).scalar_one())
    gc.collect()
    me = psutil.Process(os.getpid())
    return {
        "calls": carried,
        "kb": me.memory_info().rss / 1e3,
        "fds": me.num_fds(),
        "threads": me.num_threads(),
        "tasks": len(asyncio.all_tasks()),
        "connections": connections,
    }


async def _unconcluded(tenant) -> int:
    async with database.session(tenant.identity) as opened:
        statement = text("select count(*) from engine.calls where concluded_at is null")
        return int((await opened.execute(statement)).scalar_one())
