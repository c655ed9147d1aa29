"""A body for each kind of stored entity, as a client would write it."""

from typing import Any

_SCHEMA = {"type": "object", "properties": {"date": {"type": "string"}}}
_QUERY = {"type": "vapiql-json", "table": "call", "column": "id", "operation": "count", "name": "n"}


async def body_of(http: Any, kind: str) -> dict[str, Any]:
    """A body, with what it refers to made first."""
    make = _REFERRING.get(kind)
    return await make(http) if make else _PLAIN[kind]


async def make(http: Any, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await http.post(path, json=body)
    assert response.status_code == 201, (path, response.text)
    return response.json()


async def _squad(http: Any) -> dict[str, Any]:
    assistant = await make(http, "/assistant", {"name": "A"})
    return {"name": "S", "members": [{"assistantId": assistant["id"]}]}


async def _phone_number(http: Any) -> dict[str, Any]:
    assistant = await make(http, "/assistant", {"name": "A"})
    return {"provider": "vapi", "name": "N", "assistantId": assistant["id"]}


async def _simulation(http: Any) -> dict[str, Any]:
    personality = await make(http, "/eval/simulation/personality", _PLAIN["personality"])
    scenario = await make(http, "/eval/simulation/scenario", _PLAIN["scenario"])
    return {"name": "S", "personalityId": personality["id"], "scenarioId": scenario["id"]}


async def _suite(http: Any) -> dict[str, Any]:
    made = await make(http, "/eval/simulation", await _simulation(http))
    return {"name": "S", "simulationIds": [made["id"]]}


_PLAIN: dict[str, dict[str, Any]] = {
    "assistant": {"name": "A", "firstMessage": "Bonjour"},
    "tool": {"type": "function", "function": {"name": "horaires"}},
    "knowledge-base-v1": {
        "provider": "custom-knowledge-base",
        "server": {"url": "https://savoir.test/kb"},
    },
    "structured-output": {"name": "Rendez-vous", "schema": _SCHEMA},
    "insight": {"type": "bar", "name": "Appels", "queries": [_QUERY]},
    "board": {"name": "Tableau", "layout": {"columns": 6}},
    "scorecard": {
        "name": "Note",
        "metrics": [
            {
                "structuredOutputId": "0b7ac6b0-6d35-4b10-8a52-b3e2c7ffbd57",
                "conditions": [
                    {"type": "comparator", "comparator": "=", "value": True, "points": 1}
                ],
            }
        ],
    },
    "eval": {
        "name": "E",
        "type": "chat.mockConversation",
        "messages": [{"role": "user", "content": "Bonjour"}],
    },
    "personality": {"name": "Pressé", "assistant": {"name": "P"}},
    "scenario": {
        "name": "Annuler",
        "instructions": "Annule le rendez-vous de demain.",
        "evaluations": [
            {
                "structuredOutput": {"name": "Fait", "schema": {"type": "boolean"}},
                "comparator": "=",
                "value": True,
            }
        ],
    },
    "workflow": {
        "name": "W",
        "nodes": [
            {"type": "conversation", "name": "accueil", "isStart": True, "prompt": "Accueille."},
            {"type": "tool", "name": "fin", "tool": {"type": "endCall"}},
        ],
        "edges": [
            {"from": "accueil", "to": "fin", "condition": {"type": "ai", "prompt": "Au revoir"}}
        ],
    },
    "test-suite": {"name": "T"},
}
_REFERRING = {
    "squad": _squad,
    "phone-number": _phone_number,
    "simulation": _simulation,
    "simulation-suite": _suite,
}
PLAIN_KINDS = (*_PLAIN, *_REFERRING)
