"""The client of a voice platform, against one that misbehaves."""

import subprocess
import sys

import pytest

from allokoli.core.errors import Conflict, InvalidInput, NotFound, TooMany
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.errors import KeyRefused, Uncertain, Unreachable
from allokoli.vapi.regions import cloud_access, engine_access


async def test_an_entity_lives_from_creation_to_deletion(client, voice):
    made = await client.create("assistant", {"name": "A", "firstMessage": "Bonjour"})
    assert await client.get("assistant", made["id"]) == made
    assert await client.list("assistant", limit=5) == [made]
    changed = await client.update("assistant", made["id"], {"name": "B"})
    assert changed["name"] == "B"
    await client.delete("assistant", made["id"])
    await client.delete("assistant", made["id"])
    with pytest.raises(NotFound):
        await client.get("assistant", made["id"])


async def test_null_is_sent_and_unsets(client, voice):
    made = await client.create("assistant", {"name": "A", "firstMessage": "Bonjour"})
    await client.update("assistant", made["id"], {"firstMessage": None})
    assert voice.assistants[made["id"]]["firstMessage"] is None


async def test_an_id_cannot_leave_its_place_in_the_path(client, voice):
    with pytest.raises(NotFound):
        await client.get("assistant", "../call")
    assert voice.requests[-1][1].startswith("/assistant/")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidInput), (401, KeyRefused), (402, InvalidInput), (403, KeyRefused),
        (404, NotFound), (422, InvalidInput), (409, Conflict), (429, TooMany), (500, Uncertain),
        (503, Uncertain),
    ],
)  # fmt: skip
async def test_refusals_become_our_errors(client, voice, status, kind):
    voice.fails("POST", "/assistant", "refuse", status=status)
    with pytest.raises(kind) as raised:
        await client.create("assistant", {"name": "A"})
    assert "sk_secret" not in f"{raised.value.message} {raised.value.details}"


async def test_a_creation_is_never_sent_twice_and_a_reading_may_be(client, voice):
    voice.fails("POST", "/assistant", "refuse", status=503)
    with pytest.raises(Uncertain):
        await client.create("assistant", {"name": "A"})
    assert voice.requests == [("POST", "/assistant")]
    voice.fails("GET", "/assistant", "refuse", status=503, times=1)
    assert await client.list("assistant") == []


async def test_nobody_listening_is_certain_and_quick():
    access = engine_access("http://127.0.0.1:9", "sk_x", "whk_x")
    async with VoicePlatform(access) as client:
        with pytest.raises(Unreachable):
            await client.create("assistant", {})
        with pytest.raises(Unreachable):
            await client.call_tool("list_phone_numbers", {})


async def test_silence_is_uncertain(voice):
    access = engine_access(voice.url, "sk_x", "whk_x")
    async with VoicePlatform(access, total_s=0.3) as client:
        voice.fails("POST", "/assistant", "hold")
        with pytest.raises(Uncertain):
            await client.create("assistant", {})
        voice.fails("POST", "/mcp", "hold")
        with pytest.raises(Uncertain):
            await client.call_tool("list_phone_numbers", {})


@pytest.mark.parametrize("how", ["garbage", "break", "hang up"])
async def test_nonsense_is_uncertain(client, voice, how):
    voice.fails("POST", "/assistant", how, status=500)
    with pytest.raises(Uncertain):
        await client.create("assistant", {})


async def test_a_tool_is_called_over_streamable_http(client, voice):
    made = await client.call_tool("create_assistant", {"name": "Par outil"})
    assert voice.assistants[made["id"]]["name"] == "Par outil"
    assert await client.call_tool("list_phone_numbers", {}) == []


@pytest.mark.parametrize(("status", "kind"), [(400, InvalidInput), (401, KeyRefused)])
async def test_a_tool_that_refuses_says_why(client, voice, status, kind):
    voice.fails("TOOL", "create_assistant", "refuse", status=status)
    with pytest.raises(kind):
        await client.call_tool("create_assistant", {"name": "A"})


async def test_a_tool_that_does_not_exist_or_takes_other_things_is_refused(client, voice):
    with pytest.raises(InvalidInput):
        await client.call_tool("no_such_tool", {})
    with pytest.raises(InvalidInput):
        await client.call_tool("create_assistant", {"name": {"not": "text"}})


@pytest.mark.parametrize("how", ["garbage", "refuse"])
async def test_a_broken_tool_server_is_one_of_our_errors(client, voice, how):
    voice.fails("POST", "/mcp", how, status=500)
    with pytest.raises(Uncertain):
        await client.call_tool("create_assistant", {"name": "A"})


def test_keys_are_not_shown():
    shown = repr(cloud_access("vapi", "sk_secret", "whk_secret"))
    assert "secret" not in shown
    assert cloud_access("vapi-eu", "k", "s").mcp_url is None


def test_importing_the_client_stays_light():
    """The typed resources of the SDK and the MCP client would cost the web process 300 MB."""
    program = (
        "import sys, allokoli.vapi.client, allokoli.platform.api;"
        "heavy = ('mcp', 'vapi.assistants', 'vapi.types.assistant');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
