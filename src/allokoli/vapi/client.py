"""The client of a voice platform: REST by the official SDK, tools by MCP.

The SDK's transport carries every request (its address, authorization, headers, retries and error
classes). Its typed resources are left unloaded: their 1,600 modules cost twenty seconds of CPU and
300 MB in each process, and they turn fields they do not know into None. Tests hold our bodies
against those types instead.
"""

import asyncio
import json
import ssl
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from vapi.client import AsyncVapi
from vapi.core.request_options import RequestOptions

from allokoli.core.errors import NotFound
from allokoli.vapi import errors, mcp_client
from allokoli.vapi.regions import Access

_CONNECT_S = 3.0
_TOTAL_S = 20.0
# Methods that may be sent twice without harm.
_REPEATABLE = {"GET", "PATCH", "DELETE"}
_TOO_MANY_ROWS = 1000


class VoicePlatform:
    """One organization's voice platform, as a context manager that closes its connections.

    Resources are named as in Vapi's paths: "assistant", "call", "phone-number".

    Args:
        access: where it is and the key that opens it.
        total_s: longest time one operation may take, retries included, in seconds.
    """

    def __init__(self, access: Access, *, total_s: float = _TOTAL_S) -> None:
        self.access = access
        self._total_s = total_s
        self._http = httpx.AsyncClient(
            verify=_trust(),
            timeout=httpx.Timeout(total_s, connect=_CONNECT_S),
            follow_redirects=False,
        )
        self._sdk = AsyncVapi(
            token=access.key, base_url=access.base_url, timeout=total_s, httpx_client=self._http
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def create(self, resource: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create; never repeated by itself.

        Raises:
            Unreachable: certainly not created.
            Uncertain: perhaps created.
            InvalidInput: refused, `details` say why.
        """
        return _object(await self._send("POST", resource, body))

    async def get(self, resource: str, platform_id: str) -> dict[str, Any]:
        """Read one.

        Raises:
            NotFound: there is none.
        """
        return _object(await self._send("GET", _path(resource, platform_id)))

    async def list(
        self, resource: str, *, limit: int = 100, **filters: str
    ) -> list[dict[str, Any]]:
        """Read the newest ones, at most `limit` (1 to 1000)."""
        params = {"limit": min(limit, _TOO_MANY_ROWS), **filters}
        found = await self._send("GET", resource, params=params)
        if not isinstance(found, list):
            raise errors.nonsense()
        return [row for row in found if isinstance(row, dict)]

    async def update(self, resource: str, platform_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Replace the top-level fields that are given."""
        return _object(await self._send("PATCH", _path(resource, platform_id), body))

    async def delete(self, resource: str, platform_id: str) -> None:
        """Delete; one that is already gone is no error."""
        try:
            await self._send("DELETE", _path(resource, platform_id))
        except NotFound:
            return

    async def act(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to a path below the base address, e.g. `call/<id>/control`; never repeated."""
        return _object(await self._send("POST", path, body))

    async def act_at(self, url: str, body: dict[str, Any]) -> None:
        """POST to an address the platform itself gave, such as a call's `controlUrl`, which
        carries its own permission: our key is not sent there.

        Raises:
            NotFound: the address is no longer served.
        """
        try:
            async with asyncio.timeout(self._total_s):
                response = await self._http.post(url, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise errors.unreachable() from None
        except (TimeoutError, httpx.TimeoutException):
            raise errors.timed_out() from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise errors.nonsense() from None
        _answer(response)

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool of the platform's MCP server.

        Args:
            name: e.g. "create_assistant".
            arguments: what the tool takes.

        Returns:
            What the tool answered, decoded from JSON.

        Raises:
            Unreachable: nobody listens at the MCP address.
            Uncertain: the server failed on the way.
            InvalidInput: the tool refused.
        """
        if self.access.mcp_url is None:
            raise errors.unreachable()
        return await mcp_client.call_tool(
            self.access.mcp_url,
            self.access.key,
            name,
            arguments,
            connect_s=_CONNECT_S,
            total_s=self._total_s,
        )

    async def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
    ) -> Any:
        options: RequestOptions = {"max_retries": 1 if method in _REPEATABLE else 0}
        # What the typed resources of the SDK call too.
        transport = self._sdk._client_wrapper.httpx_client  # noqa: SLF001
        try:
            async with asyncio.timeout(self._total_s):
                response = await transport.request(
                    path, method=method, json=body, params=params, request_options=options
                )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise errors.unreachable() from None
        except (TimeoutError, httpx.TimeoutException):
            raise errors.timed_out() from None
        except httpx.HTTPError:
            raise errors.nonsense() from None
        return _answer(response)


def _answer(response: httpx.Response) -> Any:
    try:
        body: Any = json.loads(response.text) if response.text else None
    except ValueError:
        body = None
    if not response.is_success:
        raise errors.refused(response.status_code, body)
    return body


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise errors.nonsense()
    return body


def _path(resource: str, platform_id: str) -> str:
    return f"{resource}/{quote(platform_id, safe='')}"


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Certificates, read once: it costs 30 ms."""
    return httpx.create_ssl_context()
