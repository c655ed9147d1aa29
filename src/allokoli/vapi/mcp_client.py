"""Calls a tool of a voice platform's MCP server over Streamable HTTP.

The `mcp` package is loaded when the first tool is called: it costs a second and 30 MB, which the
web process need not pay.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from allokoli.core.errors import AlloKoliError
from allokoli.vapi import errors

_REFUSAL = "Error:"
_STATUS = "Status code:"
_BAD_REQUEST = 400


async def call_tool(
    url: str,
    key: str,
    name: str,
    arguments: dict[str, Any],
    *,
    connect_s: float,
    total_s: float,
) -> Any:
    """Connect, call one tool, disconnect.

    Args:
        url: the server's `/mcp`.
        key: private key, sent as bearer.
        name: the tool.
        arguments: what it takes.
        connect_s: longest wait for a connection, in seconds.
        total_s: longest time for everything, in seconds.

    Returns:
        The tool's text, decoded from JSON.

    Raises:
        Unreachable: nobody listens; nothing was carried out.
        Uncertain: the server failed on the way.
        AlloKoliError: the tool refused.
    """
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    try:
        async with (
            asyncio.timeout(total_s),
            httpx2.AsyncClient(
                headers={"Authorization": f"Bearer {key}"},
                timeout=httpx2.Timeout(total_s, connect=connect_s),
            ) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            result = await client.call_tool(name, arguments)
    except TimeoutError:
        raise errors.timed_out() from None
    except Exception as error:  # noqa: BLE001 - the library raises groups of several libraries' errors
        raise _translated(error) from None
    texts = [getattr(block, "text", "") for block in result.content]
    return _decoded("".join(texts), failed=bool(result.is_error))


def _decoded(text: str, *, failed: bool) -> Any:
    # The official server reports an API error as a normal result that begins with "Error:".
    if failed or text.startswith(_REFUSAL):
        raise errors.refused(_status_in(text), text.removeprefix(_REFUSAL).strip())
    try:
        return json.loads(text)
    except ValueError:
        raise errors.nonsense() from None


def _status_in(text: str) -> int:
    _, _, rest = text.partition(_STATUS)
    digits = rest.strip()[:3]
    return int(digits) if digits.isdigit() else _BAD_REQUEST


def _translated(error: BaseException) -> AlloKoliError:
    import httpx2

    causes = list(_leaves(error))
    for cause in causes:
        if isinstance(cause, AlloKoliError):
            return cause
    if any(isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout)) for cause in causes):
        return errors.unreachable()
    for cause in causes:
        if isinstance(cause, httpx2.HTTPStatusError):
            return errors.refused(cause.response.status_code, None)
    return errors.nonsense()


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
        return
    yield error
    if error.__cause__ is not None:
        yield from _leaves(error.__cause__)
