"""The connections to everybody's servers: one client a process, a fair share of it for each."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import UUID
from weakref import WeakKeyDictionary

import httpx

from allokoli.core import outbound
from allokoli.engine.conversation.backstage import ServerFailed

_MAX_AT_ONCE = 50
_DEFAULT_TIMEOUT_S = 20.0

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()
# Requests under way of each organization, so that the hanging servers of one leave room to others.
_under_way: dict[UUID, int] = {}


def client() -> httpx.AsyncClient:
    """The process's client; closed by `close`."""
    loop = asyncio.get_running_loop()
    found = _clients.get(loop)
    if found is None or found.is_closed:
        found = _clients[loop] = outbound.client(timeout_s=_DEFAULT_TIMEOUT_S)
    return found


async def close() -> None:
    """Close the process's client; the next request opens a new one."""
    found = _clients.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()


@contextlib.asynccontextmanager
async def share(org_id: UUID) -> AsyncIterator[None]:
    """Count a request of an organization while it is under way.

    Raises:
        ServerFailed: it has as many as it may.
    """
    count = _under_way.get(org_id, 0)
    if count >= _MAX_AT_ONCE:
        raise ServerFailed(f"{_MAX_AT_ONCE} requests to this organization's servers are waiting")
    _under_way[org_id] = count + 1
    try:
        yield
    finally:
        _under_way[org_id] -= 1
        if not _under_way[org_id]:
            del _under_way[org_id]
