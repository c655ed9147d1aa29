"""MCP over Streamable HTTP: stateless, one bearer per request."""

import contextlib
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import jsonschema
import mcp_types as types
import structlog
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import private_caller
from allokoli.engine.api.errors import error_body
from allokoli.engine.calls.switchboard import Switchboard
from allokoli.engine.mcp_server.schemas import Schema, with_defaults
from allokoli.engine.mcp_server.tools import TOOLS, Request

_IDENTITY = "allokoli.identity"
_log = structlog.get_logger()

Context = ServerRequestContext[Any, HttpRequest]


class McpEndpoint:
    """`/mcp` as an ASGI application. Give it its switchboard, then keep `run` open."""

    def __init__(self) -> None:
        self.switchboard: Switchboard | None = None
        self._manager: StreamableHTTPSessionManager | None = None

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serve until left."""
        server: Server[Any] = Server(
            "AlloKoli",
            version="1",
            instructions="Voice assistants, their tools, phone numbers and calls.",
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
        )
        self._manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with self._manager.run():
            yield
        self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope, receive)
        try:
            scope[_IDENTITY] = (await private_caller(request)).identity
        except AlloKoliError as error:
            headers = (
                {"www-authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else {}
            )
            await JSONResponse(error_body(error, request), error.status, headers)(
                scope, receive, send
            )
            return
        assert self._manager is not None  # noqa: S101 - requests come between start and stop
        await self._manager.handle_request(scope, receive, send)

    async def _list_tools(
        self, _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=name,
                    description=tool.description,
                    input_schema=tool.schema,
                    annotations=types.ToolAnnotations(read_only_hint=tool.read_only),
                )
                for name, tool in TOOLS.items()
            ]
        )

    async def _call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        try:
            result = await self._use(context, params.name, params.arguments or {})
        except _BadArguments as error:
            return _text(f"MCP error {types.INVALID_PARAMS}: {error}", failed=True)
        except AlloKoliError as error:
            # As the official server tells a refusal of the API: in a result that did not fail.
            body = json.dumps(error_body(error, _http(context)), ensure_ascii=False, indent=2)
            return _text(f"Error: Status code: {error.status}\nBody: {body}", failed=False)
        except Exception as error:  # noqa: BLE001 - the model reads a sentence, the log the kind
            _log.error("mcp_tool_failed", tool=params.name[:40], error=type(error).__name__)
            return _text("Error: Status code: 500\nBody: Internal Server Error", failed=True)
        return _text(json.dumps(result, ensure_ascii=False), failed=False)

    async def _use(self, context: Context, name: str, arguments: dict[str, Any]) -> Any:
        tool = TOOLS.get(name)
        if tool is None:
            raise _BadArguments(f"Tool {name[:40]} not found; there are: {', '.join(TOOLS)}")
        _check(name, tool.schema, arguments)
        assert self.switchboard is not None  # noqa: S101 - set before serving
        identity: Identity = _http(context).scope[_IDENTITY]
        complete = with_defaults(tool.schema, arguments)
        return await tool.run(Request(identity, complete, self.switchboard))


def _http(context: Context) -> HttpRequest:
    assert context.request is not None  # noqa: S101 - this server speaks HTTP only
    return context.request


class _BadArguments(Exception):
    """The tool cannot be used so; nothing was tried."""


def _check(name: str, schema: Schema, arguments: dict[str, Any]) -> None:
    problems = [
        f"{'.'.join(str(part) for part in problem.absolute_path) or 'arguments'}: "
        f"{problem.message[:300]}"
        for problem in jsonschema.Draft7Validator(schema).iter_errors(arguments)
    ]
    if problems:
        told = "; ".join(problems[:20])
        raise _BadArguments(f"Input validation error: Invalid arguments for tool {name}: {told}")


def _text(text: str, *, failed: bool) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], is_error=failed
    )
