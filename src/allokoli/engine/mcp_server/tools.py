"""The thirteen tools: what they are called, what they take, what they do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from allokoli.core.identity import Identity
from allokoli.engine.api import calls, resources
from allokoli.engine.api.kinds import ASSISTANT, PHONE_NUMBER, TOOL, Kind
from allokoli.engine.api.listing import MAX_LIMIT, Listing
from allokoli.engine.calls.switchboard import Switchboard
from allokoli.engine.mcp_server import bodies, outputs, schemas
from allokoli.engine.mcp_server.outputs import Output
from allokoli.engine.mcp_server.schemas import Schema

_ALL = Listing(limit=MAX_LIMIT)


@dataclass(frozen=True, slots=True)
class Request:
    """One use of a tool.

    Attributes:
        identity: acts for the bearer's organization.
        arguments: checked against the tool's schema, defaults filled in.
        board: the calls of this process.
    """

    identity: Identity
    arguments: dict[str, Any]
    board: Switchboard


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool.

    Attributes:
        description: for the model that chooses it.
        schema: of its arguments.
        run: does it; returns what JSON can hold.
        read_only: whether it changes nothing.
    """

    description: str
    schema: Schema
    run: Callable[[Request], Awaitable[Any]]
    read_only: bool = True


def _list(kind: Kind, output: Output) -> Callable[[Request], Awaitable[Any]]:
    async def run(request: Request) -> Any:
        return [output(one) for one in await resources.listed(request.identity, kind, _ALL)]

    return run


def _get(kind: Kind, argument: str, output: Output) -> Callable[[Request], Awaitable[Any]]:
    async def run(request: Request) -> Any:
        return output(await resources.get(request.identity, kind, request.arguments[argument]))

    return run


async def _create_assistant(request: Request) -> Any:
    body = bodies.new_assistant(request.arguments)
    return outputs.assistant(await resources.create(request.identity, ASSISTANT, body))


async def _update_assistant(request: Request) -> Any:
    assistant_id = request.arguments["assistantId"]
    stored = await resources.get(request.identity, ASSISTANT, assistant_id)
    patch = bodies.assistant_patch(request.arguments, stored)
    return outputs.assistant(
        await resources.update(request.identity, ASSISTANT, assistant_id, patch)
    )


async def _create_tool(request: Request) -> Any:
    body = bodies.new_tool(request.arguments)
    return outputs.tool(await resources.create(request.identity, TOOL, body))


async def _update_tool(request: Request) -> Any:
    tool_id = request.arguments["toolId"]
    stored = await resources.get(request.identity, TOOL, tool_id)
    patch = bodies.tool_patch(request.arguments, stored)
    return outputs.tool(await resources.update(request.identity, TOOL, tool_id, patch))


async def _list_calls(request: Request) -> Any:
    return [outputs.call(one) for one in await calls.list_calls(request.identity, _ALL)]


async def _get_call(request: Request) -> Any:
    return outputs.call(await calls.get_call(request.identity, request.arguments["callId"]))


async def _create_call(request: Request) -> Any:
    body = bodies.new_call(request.arguments)
    return outputs.call(await calls.create_call(request.identity, body, request.board))


TOOLS: dict[str, McpTool] = {
    "list_assistants": McpTool(
        "List the voice assistants", schemas.NOTHING, _list(ASSISTANT, outputs.assistant)
    ),
    "create_assistant": McpTool(
        "Create a voice assistant", schemas.CREATE_ASSISTANT, _create_assistant, read_only=False
    ),
    "get_assistant": McpTool(
        "Get a voice assistant by its id",
        schemas.one("assistantId", "assistant"),
        _get(ASSISTANT, "assistantId", outputs.assistant),
    ),
    "update_assistant": McpTool(
        "Change a voice assistant", schemas.UPDATE_ASSISTANT, _update_assistant, read_only=False
    ),
    "list_calls": McpTool("List the calls, newest first", schemas.NOTHING, _list_calls),
    "create_call": McpTool(
        "Place an outbound call", schemas.CREATE_CALL, _create_call, read_only=False
    ),
    "get_call": McpTool("Get a call by its id", schemas.one("callId", "call"), _get_call),
    "list_phone_numbers": McpTool(
        "List the phone numbers", schemas.NOTHING, _list(PHONE_NUMBER, outputs.phone_number)
    ),
    "get_phone_number": McpTool(
        "Get a phone number by its id",
        schemas.one("phoneNumberId", "phone number"),
        _get(PHONE_NUMBER, "phoneNumberId", outputs.phone_number),
    ),
    "list_tools": McpTool("List the stored tools", schemas.NOTHING, _list(TOOL, outputs.tool)),
    "get_tool": McpTool(
        "Get a stored tool by its id",
        schemas.one("toolId", "tool"),
        _get(TOOL, "toolId", outputs.tool),
    ),
    "create_tool": McpTool(
        "Create a tool for assistants", schemas.CREATE_TOOL, _create_tool, read_only=False
    ),
    "update_tool": McpTool(
        "Change a stored tool", schemas.UPDATE_TOOL, _update_tool, read_only=False
    ),
}
