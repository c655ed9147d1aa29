"""The same call in writing and by voice, and what happened in both."""

import asyncio
import contextlib
import sys
from itertools import groupby
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))

import httpx
from business import REPEAT, Body
from calling import ended, http_of, said, seen, started
from socket_caller import SocketCaller

_SAID_AT_MOST = 3


async def by_text(http: httpx.AsyncClient, body: Body, turns: list[str]) -> Body:
    """The call in writing, once it ended or all was said."""
    call = await started(http, body)
    for turn in turns:
        reply = await said(http, call["id"], turn)
        if reply["ended"]:
            return await seen(http, call["id"])
    return await ended(http, call["id"])


async def by_voice(http: httpx.AsyncClient, voice, body: Body, turns: list[str]) -> Body:
    """The same call, spoken over a WebSocket."""
    transport = {
        "provider": "vapi.websocket",
        "audioFormat": {"format": "pcm_s16le", "container": "raw", "sampleRate": 16_000},
    }
    made = await http.post("/call", json={**body, "transport": transport})
    assert made.status_code == 201, made.text
    url = made.json()["transport"]["websocketCallUrl"]
    path = url[url.index(f"/{made.json()['id']}/") :]
    caller = await SocketCaller(f"ws://{http.base_url.host}:{http.base_url.port}{path}").connect()
    heard_s = await caller.silence_after(0)
    for turn in turns:
        for _ in range(_SAID_AT_MOST):
            if caller.ended.is_set():
                break
            await caller.speak(await voice(turn))
            with contextlib.suppress(TimeoutError):
                heard_s = await caller.silence_after(await caller.sound_after(heard_s + 0.5))
            if (await seen(http, made.json()["id"]))["messages"][-1].get("message") != REPEAT:
                break
    with contextlib.suppress(TimeoutError):
        await caller.over(5)
    await caller.hang_up()
    async with asyncio.timeout(20):
        while (call := await seen(http, made.json()["id"]))["status"] != "ended":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return call


def outcome(call: Body) -> Body:
    """What happened in a call, whatever carried it: who did what, in order, and how it ended."""
    done = []
    for one in call["messages"]:
        if one["role"] == "tool_calls":
            done += [("called", call["function"]["name"]) for call in one["toolCalls"]]
        elif one["role"] == "tool_call_result":
            done.append(("answered", one["name"], one["result"]))
        elif one["role"] == "bot" and one["message"] != REPEAT:
            done.append(("said", one["message"]))
    activations = [
        one.get("assistantName") for one in call["artifact"].get("assistantActivations", ())
    ]
    values = call["artifact"]["variableValues"]
    # Functions asked for together answer in any order.
    done = [one for _, group in groupby(done, lambda one: one[0]) for one in sorted(group)]
    return {
        "done": done,
        "ended": call["endedReason"],
        "spoke": activations,
        "nodes": [one.get("nodeName") for one in call["artifact"].get("nodes", ())],
        "values": {name: one for name, one in values.items() if name in {"people", "stock"}},
    }


async def both(tenant, voice, body: Body, turns: list[str]) -> Body:
    """The outcome of a call, which its two forms share."""
    async with http_of(tenant) as http:
        written = outcome(await by_text(http, body, turns))
        spoken = outcome(await by_voice(http, voice, body, turns))
    assert spoken == written
    return written
