"""`mcp`: the tools of a server that speaks the Model Context Protocol.

Each exchange is a connection of its own: none is left open between turns, and a call may go on in
another process. What a server offers is asked once a call, and kept with it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from hashlib import sha256
from typing import Any

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.numbers import number_within
from allokoli.engine.conversation.tools.tool import (
    DEFAULT_TIMEOUT_S,
    MAX_TIMEOUT_S,
    Asked,
    Outcome,
    Run,
    Scene,
    Settings,
    Tool,
    listed,
    made,
    mapping,
    refused,
)

_MAX_TOOLS = 64
_MAX_SERVERS = 10
_MAX_OFFER_CHARS = 100_000
_MAX_RESULT_CHARS = 20_000
_DISCOVERY_S = 10.0


async def tools(settings: Settings, scene: Scene) -> list[Tool]:
    """The tools a server offers; none, with a warning, when it cannot be asked."""
    server = mapping(settings.get("server"))
    url = str(server.get("url") or "")
    if not url:
        scene.warn("An mcp tool has no server; it is left out.")
        return []
    known = scene.memory.data.setdefault("mcp", {})
    key = sha256(url.encode()).hexdigest()[:16]
    if key not in known and len(known) >= _MAX_SERVERS:
        scene.warn(f"Only {_MAX_SERVERS} MCP servers can be used in a call.")
        return []
    if key not in known:
        try:
            known[key] = await _discovered(settings, server, scene)
        except ServerFailed as failed:
            scene.warn(f"The tools of an MCP server are left out: {failed}.")
            known[key] = []
    return [_tool(settings, offered) for offered in known[key]]


async def _discovered(settings: Settings, server: Settings, scene: Scene) -> list[dict[str, Any]]:
    async with _connected(settings, server, scene, _DISCOVERY_S) as client:
        offered = (await client.list_tools()).tools
    found, size = [], 0
    for one in offered[:_MAX_TOOLS]:
        schema = one.input_schema if isinstance(one.input_schema, dict) else {}
        words = str(one.description or "")[:2_000]
        described = {"name": str(one.name)[:200], "description": words, "parameters": schema}
        size += len(json.dumps(described))
        if size > _MAX_OFFER_CHARS:
            scene.warn("An MCP server offers more than can be kept; the rest is left out.")
            break
        found.append(described)
    return found


def _tool(settings: Settings, offered: dict[str, Any]) -> Tool:
    own = [
        one
        for one in listed(settings.get("toolMessages"))
        if isinstance(one, dict) and one.get("name") == offered["name"]
    ]
    messages = own[0].get("messages") if own else settings.get("messages")
    plain = {name: one for name, one in settings.items() if name != "function"}
    return made(
        {**plain, "messages": listed(messages)},
        offered["name"],
        offered["description"],
        _run(settings, offered["name"]),
        offered["parameters"],
        timeout_s=_timeout_s(settings) + 1,
    )


def _run(settings: Settings, name: str) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        server = mapping(settings.get("server"))
        async with _connected(settings, server, scene, _timeout_s(settings)) as client:
            result = await client.call_tool(name, asked.arguments)
        texts = [str(getattr(block, "text", "") or "") for block in result.content]
        written = "\n".join(text for text in texts if text)[:_MAX_RESULT_CHARS]
        return refused(written or "The tool failed.") if result.is_error else Outcome(written)

    return run


@asynccontextmanager
async def _connected(
    settings: Settings, server: Settings, scene: Scene, timeout_s: float
) -> AsyncIterator[Any]:
    """A client of the server.

    Raises:
        ServerFailed: it cannot be reached, does not speak the protocol, or takes too long.
    """
    from mcp import Client
    from mcp.client.sse import sse_client
    from mcp.client.streamable_http import streamable_http_client

    from allokoli.engine.conversation.tools import mcp_http

    url = str(server.get("url"))
    headers = {str(k): str(v) for k, v in mapping(server.get("headers")).items()}
    credential = server.get("credentialId") or settings.get("credentialId")
    if isinstance(credential, str) and credential:
        headers |= await scene.backstage.headers_for(credential)
    http = mcp_http.client(headers, timeout_s)
    kept: AbstractAsyncContextManager[Any] = http
    if mapping(settings.get("metadata")).get("protocol") == "sse":
        # The transport opens and closes the client that it is given.
        transport: Any = sse_client(url, httpx_client_factory=_always(http))
        kept = nullcontext()
    else:
        transport = streamable_http_client(url, http_client=http)
    try:
        async with asyncio.timeout(timeout_s), kept, Client(transport) as client:
            yield client
    except TimeoutError:
        raise ServerFailed(f"no answer within {timeout_s:g} seconds") from None
    except ServerFailed:
        raise
    except Exception:  # noqa: BLE001 - the library raises groups of several libraries' errors
        raise ServerFailed("it cannot be reached, or does not speak MCP") from None


def _always(http: Any) -> Any:
    def factory(headers: Any = None, timeout: Any = None, auth: Any = None) -> Any:  # noqa: ARG001 - the library passes them by name
        return http

    return factory


def _timeout_s(settings: Settings) -> float:
    given = mapping(settings.get("server")).get("timeoutSeconds")
    return number_within(given, 0.1, MAX_TIMEOUT_S, DEFAULT_TIMEOUT_S)
