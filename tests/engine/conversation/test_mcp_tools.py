"""Tools of MCP servers: found once a call, used over both transports, never in its way."""

import socket

import pytest
from mcp.server.mcpserver import MCPServer
from scripted_talk import Engine, ScriptedModel, Talk, assistant, call
from serving import serve


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def server_of(calls: list[str]) -> MCPServer:
    server = MCPServer("shop")

    @server.tool()
    def price(dish: str) -> str:
        """The price of a dish."""
        calls.append(dish)
        return f"{dish}: 9 €"

    @server.tool()
    def broken() -> str:
        """Never works."""
        raise ValueError("inside")

    return server


@pytest.fixture(params=["shttp", "sse"])
async def shop(request):
    """A real MCP server: its calls, and the tool that leads to it."""
    calls: list[str] = []
    server, port = server_of(calls), _port()
    if request.param == "sse":
        app, path = server.sse_app(), "sse"
    else:
        app, path = server.streamable_http_app(), "mcp"
    tool = {
        "type": "mcp",
        "server": {"url": f"http://127.0.0.1:{port}/{path}"},
        "metadata": {"protocol": request.param},
    }
    async with serve(app, port) as running:
        yield calls, tool
        running.force_exit = True


async def test_what_a_server_offers_is_found_once_and_used(shop):
    calls, tool = shop
    said = [{"type": "request-complete", "content": "Neuf euros."}]
    tool["toolMessages"] = [{"name": "price", "messages": said}]
    model = ScriptedModel([call("price", "1", dish="pizza"), [call("broken", "2")], "Désolé."])
    talk = Talk(assistant("Ada", tool), Engine({"Ada": model}), passes=True)
    assert (await talk.hear("Une pizza ?")).text == "Neuf euros."
    assert calls == ["pizza"]
    assert (await talk.hear("Et le reste ?")).text == "Désolé."
    assert model.offered[0] == ["price", "broken"]
    assert model.tools[0][0]["function"]["parameters"]["properties"]["dish"]["type"] == "string"
    results = [one["content"] for one in talk.now.history if one["role"] == "tool"]
    assert results[0] == "pizza: 9 €"
    assert results[1].startswith('{"error"')


@pytest.mark.parametrize("protocol", ["shttp", "sse"])
@pytest.mark.parametrize("kind", ["500", "html", "huge", "404"])
async def test_a_server_that_speaks_otherwise_is_left_out(tool_server, kind, protocol):
    tool = {
        "type": "mcp",
        "server": {"url": tool_server.url(kind), "timeoutSeconds": 2},
        "metadata": {"protocol": protocol},
    }
    model = ScriptedModel(["Je suis là.", "Toujours."])
    talk = Talk(assistant("Ada", tool), Engine({"Ada": model}), passes=True)
    assert (await talk.hear("?")).text == "Je suis là."
    assert any("MCP" in one for one in talk.engine.warnings)
    asked = len(tool_server.lines)
    assert (await talk.hear("?")).text == "Toujours."
    assert len(tool_server.lines) == asked


async def test_a_server_without_an_address_is_left_out():
    model = ScriptedModel(["Oui."])
    talk = Talk(assistant("Ada", {"type": "mcp"}), Engine({"Ada": model}))
    assert (await talk.hear("?")).text == "Oui."
