"""An accepted body and an entity that exists, for each group of Vapi's operations."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from entity_bodies import PLAIN_KINDS, body_of, make

from allokoli.engine.api.kinds import BY_NAME

_UNKNOWN_ID = "5f3c6a7e-0d3b-4c6f-9d55-9f8a51f0a111"
_DICTIONARY = "/provider/11labs/pronunciation-dictionary"
_SOCKET = {
    "provider": "vapi.websocket",
    "audioFormat": {"format": "pcm_s16le", "sampleRate": 16_000},
}


@dataclass(frozen=True)
class Known:
    """What exists already.

    Attributes:
        body: one that is accepted; None when the operation takes none.
        entity_id: of an entity the operation can work on.
    """

    body: Any = None
    entity_id: str = _UNKNOWN_ID


async def known(http: httpx.AsyncClient, path: str) -> Known:
    """What an operation at a path of Vapi's document can be tried with."""
    collection, _, _ = path.partition("/{id}")
    if path == "/provider/{provider}/{resourceName}/{id}":
        return Known({}, (await make(http, _DICTIONARY, {"name": "Noms"}))["id"])
    if collection == "/file":
        return await _file(http)
    if collection == "/call" and path != collection and http in _CALLS:
        return Known(_PATCHES[collection], _CALLS[http])
    body = await _body(http, collection)
    if body is None or collection == path:
        return Known(body)
    response = await http.post(collection, json=body)
    assert response.status_code in {200, 201}, (collection, response.text)
    made = Known(_PATCHES.get(collection, body), response.json()["id"])
    if collection == "/call":
        _CALLS[http] = made.entity_id
    return made


# One call for all that is tried on calls: an organization has only so many at a time.
_CALLS: WeakKeyDictionary[httpx.AsyncClient, str] = WeakKeyDictionary()
_PATCHES = {
    "/call": {"name": "Un appel"},
    "/session": {"name": "Une session"},
    "/campaign": {"name": "Une campagne"},
    "/v2/campaign": {"name": "Une campagne"},
}


async def _body(http: httpx.AsyncClient, collection: str) -> Any:
    for name in PLAIN_KINDS:
        if BY_NAME[name].path == collection:
            return await body_of(http, name)
    make_body = _BODIES.get(collection)
    return await make_body(http) if make_body else None


async def _named(http: httpx.AsyncClient) -> dict[str, Any]:
    assistant = await make(http, "/assistant", {"name": "A", "firstMessage": "Bonjour"})
    return {"assistantId": assistant["id"]}


async def _call(http: httpx.AsyncClient) -> dict[str, Any]:
    return {**await _named(http), "transport": _SOCKET}


async def _chat(http: httpx.AsyncClient) -> dict[str, Any]:
    return {**await _named(http), "input": "Bonjour", "stream": False}


async def _insight(http: httpx.AsyncClient) -> dict[str, Any]:
    return await body_of(http, "insight")


async def _knowledge_base(_http: httpx.AsyncClient) -> dict[str, Any]:
    return {"name": "Horaires"}


async def _analytics(_http: httpx.AsyncClient) -> dict[str, Any]:
    operation = {"operation": "count", "column": "id"}
    return {"queries": [{"name": "n", "table": "call", "operations": [operation]}]}


async def _eval_run(http: httpx.AsyncClient) -> dict[str, Any]:
    made = await make(http, "/eval", await body_of(http, "eval"))
    return {"type": "eval", "evalId": made["id"], "target": await _target(http)}


async def _simulation_run(http: httpx.AsyncClient) -> dict[str, Any]:
    made = await make(http, "/eval/simulation", await body_of(http, "simulation"))
    simulations = [{"type": "simulation", "simulationId": made["id"]}]
    return {"simulations": simulations, "target": await _target(http)}


async def _target(http: httpx.AsyncClient) -> dict[str, Any]:
    assistant = await make(http, "/assistant", {"name": "A"})
    return {"type": "assistant", "assistantId": assistant["id"]}


async def _campaign(http: httpx.AsyncClient) -> dict[str, Any]:
    assistant = await make(http, "/assistant", {"name": "A"})
    number = await make(
        http,
        "/phone-number",
        {
            "provider": "twilio",
            "number": "+33140506070",
            "twilioAccountSid": "AC" + "a" * 32,
            "twilioAuthToken": "t" * 32,
        },
    )
    return {
        "name": "Rappels",
        "assistantId": assistant["id"],
        "phoneNumberId": number["id"],
        "customers": [{"number": "+33123456789"}],
        "schedulePlan": {"earliestAt": "2099-01-01T09:00:00Z"},
    }


async def _file(http: httpx.AsyncClient) -> Known:
    files = {"file": ("horaires.txt", b"Ouvert de 9 h a 18 h.", "text/plain")}
    response = await http.post("/file", files=files)
    assert response.status_code == 201, response.text
    return Known({"name": "Horaires"}, response.json()["id"])


_BODIES = {
    "/analytics": _analytics,
    "/call": _call,
    "/campaign": _campaign,
    "/chat": _chat,
    "/chat/responses": _chat,
    "/eval/run": _eval_run,
    "/eval/simulation/run": _simulation_run,
    "/reporting/insight/preview": _insight,
    "/session": _named,
    "/v2/campaign": _campaign,
    "/v2/knowledge-base": _knowledge_base,
}
