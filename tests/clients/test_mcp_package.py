"""`@vapi-ai/mcp-server` 0.0.11, unmodified, by stdio; and our own `/mcp` beside it."""

import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from nodejs import BIN, environment
from world import next_month

PACKAGE = Path(__file__).parent / "node" / "node_modules" / "@vapi-ai" / "mcp-server"
# The package has no setting for its address: Node's own option sends its requests elsewhere.
REDIRECT = (
    "--import=data:text/javascript,const%20o=fetch,b=process.env.VAPI_BASE_URL;"
    "globalThis.fetch=(u,i)=>o(String(u).replace('https://api.vapi.ai',b),i)"
)
FUNCTION = {
    "parameters": {"type": "object", "properties": {"jour": {"type": "string"}}},
    "server": {"url": "https://example.test/outil", "headers": {"x-a": "b"}},
}
NUMBER = {
    "provider": "twilio",
    "number": "+33140506070",
    "twilioAccountSid": "AC" + "0" * 32,
    "twilioAuthToken": "a-token",
    "name": "Standard",
}
TOOLS: list[dict[str, Any]] = [
    {"type": "function", "name": "horaires", "description": "Les horaires", "function": FUNCTION},
    {
        "type": "apiRequest",
        "name": "stock",
        "description": "Le stock",
        "apiRequest": {
            "url": "https://example.test/stock",
            "method": "GET",
            "headers": {"x-key": "v"},
            "backoffPlan": {"maxRetries": 2},
        },
    },
    {
        "type": "transferCall",
        "name": "patron",
        "description": "Passer le patron",
        "transferCall": {"destinations": [{"type": "number", "number": "+33140506070"}]},
    },
    {
        "type": "sms",
        "name": "texto",
        "description": "Envoyer un texto",
        "sms": {"metadata": {"from": "+15551234567"}},
    },
]

Use = Callable[..., Awaitable[Any]]


@pytest.fixture(autouse=True)
def public_address(tenant, settings, monkeypatch):
    """Where a telephone provider would reach this installation."""
    monkeypatch.setattr(settings, "public_url", "https://voice.example.test")


@contextlib.asynccontextmanager
async def official(tenant):
    """A client of the package, which speaks to our engine."""
    assert json.loads((PACKAGE / "package.json").read_text())["version"] == "0.0.11"
    server = StdioServerParameters(
        command=str(BIN / "node"),
        args=[str(PACKAGE / "dist" / "index.js")],
        env={
            **environment(),
            "VAPI_TOKEN": tenant.private,
            "VAPI_BASE_URL": tenant.base_url,
            "NODE_OPTIONS": REDIRECT,
        },
        cwd=PACKAGE,
    )
    async with Client(stdio_client(server)) as client:
        yield client


@contextlib.asynccontextmanager
async def ours(tenant):
    """A client of our own server."""
    async with (
        httpx2.AsyncClient(headers=tenant.headers, timeout=60) as http,
        Client(streamable_http_client(f"{tenant.base_url}/mcp", http_client=http)) as client,
    ):
        yield client


async def use(client: Client, tool: str, **arguments: Any) -> Any:
    """Use a tool that works; its result, decoded."""
    text = await told(client, tool, **arguments)
    assert text[0] in "[{", text
    return json.loads(text)


async def told(client: Client, tool: str, **arguments: Any) -> str:
    """Use a tool; its words."""
    return (await client.call_tool(tool, arguments)).content[0].text


async def answered(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool tells, decoded when it is JSON."""
    text = await told(client, tool, **arguments)
    return json.loads(text) if text[0] in "[{" else text


@pytest.mark.parametrize("server", [official, ours])
async def test_the_thirteen_tools_do_what_they_say(server, tenant) -> None:
    numbers = tenant.sdk().phone_numbers
    number = await numbers.create(request=NUMBER)
    async with server(tenant) as client:
        tools = [await use(client, "create_tool", **body) for body in TOOLS]
        assert [one["type"] for one in tools] == [body["type"] for body in TOOLS]
        assert [one["name"] for one in tools] == [body["name"] for body in TOOLS]
        assert tools[0]["parameters"] == FUNCTION["parameters"]
        assert tools[0]["server"] == FUNCTION["server"]
        about = {"name": "ouverture", "description": "Les heures"}
        changed = await use(client, "update_tool", toolId=tools[0]["id"], **about)
        assert changed["description"] == "Les heures"
        assert await use(client, "get_tool", toolId=tools[0]["id"]) == changed
        listed = await use(client, "list_tools")
        assert {one["id"] for one in listed} == {one["id"] for one in tools}

        made = await use(
            client,
            "create_assistant",
            name="Chez Mario",
            instructions="Sois bref.",
            toolIds=[tools[0]["id"]],
            firstMessage="Bonsoir !",
        )
        assert made["llm"] == {"provider": "openai", "model": "gpt-4o"}
        assert made["toolIds"] == [tools[0]["id"]]
        # Instructions alone: the model keeps its provider, its name and its tools.
        changed = await use(
            client, "update_assistant", assistantId=made["id"], instructions="Sois précis."
        )
        assert changed["llm"] == made["llm"]
        stored = await tenant.sdk().assistants.get(made["id"])
        assert stored.model.messages[0].content == "Sois précis."
        assert stored.model.tool_ids == [tools[0]["id"]]
        assert await use(client, "get_assistant", assistantId=made["id"]) == changed
        assert [one["id"] for one in await use(client, "list_assistants")] == [made["id"]]

        assert (await use(client, "list_phone_numbers"))[0]["phoneNumber"] == "+33140506070"
        shown = await use(client, "get_phone_number", phoneNumberId=number.id)
        assert (shown["name"], shown["id"]) == ("Standard", number.id)

        later = next_month()
        call = await use(
            client,
            "create_call",
            assistantId=made["id"],
            phoneNumberId=number.id,
            customer={"number": "+33612345678"},
            scheduledAt=later,
            assistantOverrides={"variableValues": {"prenom": "Ada"}},
        )
        assert call["status"] == "scheduled", call
        assert call["scheduledAt"] == later
        assert call["customer"] == {"number": "+33612345678"}
        assert (await use(client, "get_call", callId=call["id"]))["id"] == call["id"]
        assert [one["id"] for one in await use(client, "list_calls")] == [call["id"]]

        missing = await told(client, "get_assistant", assistantId=str(uuid4()))
        assert missing.startswith("Error: Status code: 404\nBody: {")


async def test_ours_has_the_same_tools_inputs_and_outputs(tenant) -> None:
    made = await tenant.sdk().assistants.create(name="Chez Mario")
    function = {"name": "f", "description": "d"}
    tool = await tenant.sdk().tools.create(request={"type": "function", "function": function})
    async with official(tenant) as theirs, ours(tenant) as own:
        theirs_offered = {one.name: one for one in (await theirs.list_tools()).tools}
        offered = {one.name: one for one in (await own.list_tools()).tools}
        assert list(offered) == list(theirs_offered)
        assert len(offered) == 13
        for name, one in theirs_offered.items():
            assert list(differences(one.input_schema, offered[name].input_schema)) == [], name
        for name, arguments in (
            ("get_assistant", {"assistantId": made.id}),
            ("list_assistants", {}),
            ("get_tool", {"toolId": tool.id}),
            ("list_tools", {}),
            ("list_calls", {}),
            ("list_phone_numbers", {}),
            ("get_call", {"callId": str(uuid4())}),
            ("get_phone_number", {"phoneNumberId": "x"}),
        ):
            wanted = await answered(theirs, name, **arguments)
            got = await answered(own, name, **arguments)
            assert within(wanted, got), f"{name}: {wanted} is not in {got}"
        for bad in ({"name": 1}, {"name": "x", "llm": 1}):
            refused = await told(theirs, "create_assistant", **bad)
            assert refused.startswith("MCP error -32602: Input validation error")
            refused = await told(own, "create_assistant", **bad)
            assert refused.startswith("MCP error -32602: Input validation error")


async def test_ours_lists_more_than_ten_and_keeps_the_variables(tenant) -> None:
    sdk = tenant.sdk()
    for index in range(12):
        await sdk.assistants.create(name=f"Assistant {index}")
    one = (await sdk.assistants.list(limit=1))[0]
    number = await sdk.phone_numbers.create(request=NUMBER)
    call = {
        "assistantId": one.id,
        "phoneNumberId": number.id,
        "customer": {"number": "+33612345678"},
        "scheduledAt": next_month(),
        "assistantOverrides": {"variableValues": {"prenom": "Ada"}},
    }
    async with official(tenant) as theirs, ours(tenant) as own:
        assert len(await use(theirs, "list_assistants")) == 10
        assert len(await use(own, "list_assistants")) == 12
        made = await use(own, "create_call", **call)
    kept = await sdk.calls.get(made["id"])
    assert kept.assistant_overrides.variable_values == {"prenom": "Ada"}


def differences(theirs: Any, own: Any, where: str = "input"):
    """Where our schema asks for something else; it may accept more."""
    if not isinstance(theirs, dict) or "$ref" in theirs or "anyOf" in theirs:
        return
    for word in ("type", "required", "default", "const", "format"):
        if theirs.get(word) != own.get(word):
            yield f"{where}: {word} is {own.get(word)!r}, not {theirs.get(word)!r}"
    if set(theirs.get("enum", ())) - set(own.get("enum", theirs.get("enum", ()))):
        yield f"{where}: some values are refused"
    for name, one in theirs.get("properties", {}).items():
        if name not in own.get("properties", {}):
            yield f"{where}.{name} is missing"
        else:
            yield from differences(one, own["properties"][name], f"{where}.{name}")


def within(wanted: Any, got: Any) -> bool:
    """Whether everything the official server tells is told, with the same values."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(name in got and within(value, got[name]) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(within, wanted, got))
    return wanted == got
