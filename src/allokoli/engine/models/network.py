"""Carries requests to models: guarded addresses, and no more of an answer than a turn can use.

The model's client library speaks httpx2, so `core.outbound` cannot carry for it; the addresses are
judged by the same rules.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any

import httpcore2
import httpx
import httpx2

from allokoli.core import outbound

_MAX_ANSWER_BYTES = 8_000_000
# Read in one go, what a server pours out would keep every other call waiting.
_STEP_BYTES = 4_096
_MAX_CONNECTIONS = 10


class ModelTransport(httpx2.AsyncHTTPTransport):
    """Carries requests to checked addresses only, and bounds what comes back.

    Args:
        trusted: whether the installation's operator named the address, which may be private then.
    """

    def __init__(self, *, trusted: bool = False) -> None:
        super().__init__(verify=_trusted(), trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_trusted(),
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_CONNECTIONS,
            keepalive_expiry=60.0,
            network_backend=None if trusted else _Guard(),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2."""
        # What is packed may be a thousand times larger unpacked.
        request.headers["accept-encoding"] = "identity"
        response = await super().handle_async_request(request)
        packing = response.headers.get("content-encoding", "identity").lower()
        if packing != "identity" or not isinstance(response.stream, httpx2.AsyncByteStream):
            await response.aclose()
            raise httpx2.DecodingError("the answer is packed", request=request)
        response.stream = _Bounded(response.stream, request)
        return response


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, request: httpx2.Request) -> None:
        self._stream = stream
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for piece in self._stream:
            received += len(piece)
            if received > _MAX_ANSWER_BYTES:
                raise httpx2.DecodingError("endless answer", request=self._request)
            for start in range(0, len(piece), _STEP_BYTES):
                yield piece[start : start + _STEP_BYTES]
                await asyncio.sleep(0)

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Guard(httpcore2.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await outbound.checked_addresses(host, port)
        except (httpx.ConnectError, TimeoutError) as error:
            raise httpx2.ConnectError(str(error) or "the name was not resolved in time") from None
        for index, address in enumerate(addresses):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
        raise httpx2.ConnectError("the name has no address")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Read once: it takes tens of milliseconds."""
    return httpx2.create_ssl_context()
