"""The guarded client in the shape the `mcp` package asks for."""

from collections.abc import AsyncIterator

import httpx
import httpx2

from allokoli.core import outbound

# A whole exchange: many events of many tools.
_MAX_BYTES = 5_000_000


def client(headers: dict[str, str], timeout_s: float) -> httpx2.AsyncClient:
    """A client for an address somebody else chose; to be closed after use.

    Args:
        headers: sent with each request.
        timeout_s: longest wait for each part of an exchange, in seconds.
    """
    return httpx2.AsyncClient(
        transport=_Transport(timeout_s),
        headers=headers,
        timeout=httpx2.Timeout(timeout_s),
        follow_redirects=False,
        trust_env=False,
    )


class _Transport(httpx2.AsyncBaseTransport):
    """Carries requests by `core.outbound`, which judges where they go."""

    def __init__(self, timeout_s: float) -> None:
        self._client = outbound.client(timeout_s=timeout_s)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2."""
        body = await request.aread()
        headers = [(k, v) for k, v in request.headers.multi_items() if k != "accept-encoding"]
        try:
            sent = self._client.build_request(
                request.method, str(request.url), headers=headers, content=body
            )
            response = await self._client.send(sent, stream=True)
        except httpx.HTTPError:
            raise httpx2.ConnectError("it could not be reached") from None
        return httpx2.Response(
            response.status_code, headers=response.headers.multi_items(), stream=_Stream(response)
        )

    async def aclose(self) -> None:
        """See httpx2."""
        await self._client.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        try:
            async for piece in self._response.aiter_raw():
                received += len(piece)
                if received > _MAX_BYTES:
                    raise httpx2.ReadError("the answer is too long")
                yield piece
        except httpx.HTTPError:
            raise httpx2.ReadError("the answer broke off") from None

    async def aclose(self) -> None:
        await self._response.aclose()
