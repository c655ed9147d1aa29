"""The thirteen tools, through the official MCP client."""

import json

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

TOOLS = {
    "list_assistants", "create_assistant", "get_assistant", "update_assistant", "list_calls",
    "create_call", "get_call", "list_phone_numbers", "get_phone_number", "list_tools", "get_tool",
    "create_tool", "update_tool",
}  # fmt: skip


@pytest.fixture
def use(tenant):
    """Use a tool: `await use("list_tools")`, decoded; one that fails gives its words instead."""

    async def call(_tool: str, *, fails: bool = False, **arguments):
        async with (
            httpx2.AsyncClient(headers=tenant.headers) as http,
            Client(streamable_http_client(f"{tenant.base_url}/mcp", http_client=http)) as client,
        ):
            result = await client.call_tool(_tool, arguments)
        text = result.content[0].text
        # A refusal of the API is a result like any other, as the official server makes them.
        assert (bool(result.is_error) or text.startswith("Error: ")) is fails, text
        return text if fails else json.loads(text)

    return call


async def test_the_thirteen_tools_are_offered_under_their_official_names(tenant) -> None:
    async with (
        httpx2.AsyncClient(headers=tenant.headers) as http,
        Client(streamable_http_client(f"{tenant.base_url}/mcp", http_client=http)) as client,
    ):
        offered = (await client.list_tools()).tools
    assert {tool.name for tool in offered} == TOOLS
    create = next(tool for tool in offered if tool.name == "create_assistant")
    assert create.input_schema["required"] == ["name"]
    assert set(create.input_schema["properties"]) == {
        "name", "instructions", "llm", "toolIds", "transcriber", "voice", "firstMessage",
        "firstMessageMode",
    }  # fmt: skip


async def test_an_assistant_made_by_mcp_is_the_one_rest_shows(use, tenant) -> None:
    made = await use("create_assistant", name="Assistant Chez Mario", instructions="Sois bref.")
    assert made["llm"] == {"provider": "openai", "model": "gpt-4o"}
    stored = await tenant.sdk().assistants.get(made["id"])
    assert stored.name == "Assistant Chez Mario"
    assert stored.model.messages[0].content == "Sois bref."
    assert stored.voice.provider == "11labs"
    assert stored.transcriber.model == "nova-3"
    changed = await use("update_assistant", assistantId=made["id"], instructions="Sois précis.")
    assert changed["instructions"] == "Sois précis."
    assert changed["llm"] == {"provider": "openai", "model": "gpt-4o"}
    changed = await use(
        "update_assistant",
        assistantId=made["id"],
        llm='{"provider": "anthropic", "model": "claude-3-7-sonnet-20250219"}',
    )
    assert changed["llm"]["provider"] == "anthropic"
    assert changed["instructions"] == "Sois précis."
    assert (await use("get_assistant", assistantId=made["id"]))["id"] == made["id"]


async def test_lists_are_not_limited_to_ten(use) -> None:
    for index in range(12):
        await use("create_tool", type="function", name=f"outil_{index}", **FUNCTION)
    assert len(await use("list_tools")) == 12
    assert await use("list_assistants") == []
    assert await use("list_phone_numbers") == []
    assert await use("list_calls") == []


FUNCTION = {
    "function": {
        "parameters": {"type": "object", "properties": {"jour": {"type": "string"}}},
        "server": {"url": "https://example.test/outil", "headers": {"x-a": "b"}},
    }
}


@pytest.mark.parametrize(
    "arguments",
    [
        {"type": "function", "name": "horaires", "description": "Les horaires", **FUNCTION},
        {
            "type": "apiRequest",
            "name": "stock",
            "apiRequest": {
                "url": "https://example.test/stock",
                "headers": {"x-key": "v"},
                "backoffPlan": {"maxRetries": 2},
            },
        },
        {
            "type": "transferCall",
            "name": "patron",
            "transferCall": {"destinations": [{"type": "number", "number": "+33140506070"}]},
        },
        {"type": "sms", "name": "texto", "sms": {"metadata": {"from": "+15551234567"}}},
    ],
)
async def test_each_kind_of_tool_is_created_and_read_by_the_sdk(use, tenant, arguments) -> None:
    made = await use("create_tool", **arguments)
    assert (made["type"], made["name"]) == (arguments["type"], arguments["name"])
    stored = await tenant.sdk().tools.get(made["id"])
    assert stored is not None
    assert stored.type == arguments["type"]
    changed = await use("update_tool", toolId=made["id"], description="Autre chose")
    assert changed["description"] == "Autre chose"
    assert changed["name"] == arguments["name"]
    assert (await use("get_tool", toolId=made["id"]))["description"] == "Autre chose"


async def test_what_cannot_be_done_is_an_error_result_that_says_why(use) -> None:
    missing = "7d3d3a6c-0000-4000-8000-000000000000"
    assert "404" in await use("get_assistant", fails=True, assistantId=missing)
    assert "UUID" in await use("get_call", fails=True, callId="x")
    assert "name" in await use("create_assistant", fails=True)
    assert "40 characters" in await use("create_assistant", fails=True, name="x" * 41)
    assert "modle" in await use("create_assistant", fails=True, name="x", modle={})
    assert "llm" in await use("create_assistant", fails=True, name="x", llm="gpt")
    assert "dance not found" in await use("dance", fails=True)
    assert "customer" in await use("create_call", fails=True)
    made = await use("create_assistant", name="x")
    refused = await use(
        "create_call",
        fails=True,
        assistantId=made["id"],
        phoneNumberId=missing,
        customer={"number": "+33612345678"},
        assistantOverrides={"variableValues": {"prenom": "Ada"}},
    )
    assert "phone number" in refused.lower()


async def test_the_bearer_is_asked_for_at_each_request(tenant) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=accept) as http:
        assert (await http.post("/mcp", json=body)).status_code == 401
        public = {"authorization": f"Bearer {tenant.public}"}
        assert (await http.post("/mcp", json=body, headers=public)).status_code == 403
        answer = await http.post("/mcp", json=body, headers=tenant.headers)
        assert answer.status_code == 200
        assert len(answer.json()["result"]["tools"]) == 13
        for hostile in (b"{", b"[]", b"", b'{"jsonrpc": "2.0"}'):
            answer = await http.post(
                "/mcp",
                content=hostile,
                headers={**tenant.headers, "content-type": "application/json"},
            )
            assert 400 <= answer.status_code < 500
