"""The same assistant does the same by voice and in writing: squads, tools, workflows.

A model of rules stands behind OpenAI's protocol: it decides from the caller's last words and from
the functions it is offered, never from the channel.
"""

import asyncio
import contextlib
import json
import re

import pytest
from both_ways import both
from business import Body, RuledModel, Shop
from calling import http_of
from mcp.server.mcpserver import MCPServer
from serving import on_a_port, serve

from allokoli.engine.app import create_app
from allokoli.engine.speech import ensure_models

pytestmark = [pytest.mark.audio, pytest.mark.timeout(180)]


@pytest.fixture
async def engine_app(settings, engine_port, monkeypatch):
    """The engine with its voice."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")
    monkeypatch.setattr(settings, "public_url", f"http://127.0.0.1:{engine_port}/public")
    await asyncio.to_thread(ensure_models, settings.models_dir, settings.whisper_model)
    app = create_app()
    async with serve(app, engine_port):
        yield app


@pytest.fixture
async def shop():
    made = Shop()
    async with on_a_port(made) as made.url:
        yield made


@pytest.fixture
def ruled():
    """`async with ruled(rules) as model`."""

    @contextlib.asynccontextmanager
    async def start(rules):
        made = RuledModel(rules)
        async with on_a_port(made, "/v1") as made.url:
            yield made

    return start


_SPAN = {
    "startDateTime": "2026-11-21T10:00:00Z",
    "endDateTime": "2026-11-21T11:00:00Z",
    "startTime": "2026-11-21T10:00:00Z",
    "endTime": "2026-11-21T11:00:00Z",
}
_PLACE = {"calendarId": "x", "locationId": "x"}
_EVENT = _SPAN | {"summary": "Table pour quatre"}
FRENCH = {"transcriber": {"provider": "deepgram", "language": "fr"}}


def _named(name: str) -> Body:
    return {"function": {"name": name}}


async def test_a_squad_hands_the_caller_over(tenant, shop, ruled, voice):
    rules = [
        (r"réserv", [("handoff_to_Rosa", {"destination": "Rosa"})], ""),
        (r"quatre|4", [("book", {"people": 4})], "C'est noté, à demain."),
        (r"revoir", [("endCall", {})], "Au revoir."),
    ]
    async with ruled(rules) as model:
        book = {"type": "function", "function": {"name": "book"}, "server": {"url": shop.url}}
        rosa = {
            **FRENCH,
            "name": "Rosa",
            "firstMessage": "Ici Rosa. Pour combien de personnes ?",
            "model": model.model(tools=[book, {"type": "endCall"}]),
        }
        mario = {
            **FRENCH,
            "name": "Mario",
            "firstMessage": "Chez Mario, bonjour.",
            "model": model.model(),
        }
        to_rosa = {
            "type": "assistant",
            "assistantName": "Rosa",
            "description": "bookings",
            "contextEngineeringPlan": {"type": "all"},
        }
        squad = {
            "members": [
                {"assistant": mario, "assistantDestinations": [to_rosa]},
                {"assistant": rosa},
            ]
        }
        turns = [
            "Je voudrais réserver une table.",
            "Quatre personnes.",
            "Merci beaucoup, au revoir.",
        ]
        found = await both(tenant, voice, {"squad": squad}, turns)
    assert found["ended"] == "assistant-ended-call"
    assert found["spoke"] == ["Mario", "Rosa"]
    assert ("answered", "book", "table 7") in found["done"]
    assert shop.booked == [{"people": 4}] * 2


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (("transferCall", {"destination": "+33478000000"}), "assistant-forwarded-call"),
        (("leave_voicemail", {}), "voicemail"),
        (("give_to_rosa", {}), "assistant-ended-call"),
    ],
)
async def test_an_assistant_uses_every_kind_of_tool(
    tenant, shop, ruled, voice, run_jobs, last, reason
):
    everything: list[tuple[str, Body]] = [
        ("book", {"people": 4}),
        ("stock", {"dish": "lasagnes"}),
        ("carte", {"query": "lasagnes"}),
        ("weather", {"city": "Lyon"}),
        ("dtmf", {"dtmf": "12#"}),
        ("texto", {"to": "+33612345678", "message": "Bonjour"}),
        ("slack", {"channel": "#salle", "message": "Bonjour"}),
        ("calcul", {}),
    ]
    elsewhere: list[tuple[str, Body]] = [
        ("bash", {"command": "ls"}),
        ("computer", {"action": "screenshot"}),
        ("str_replace_editor", {"command": "view", "path": "/"}),
        ("sip_request", {}),
        ("google_calendar_event_create", _EVENT),
        ("google_calendar_availability_check", _SPAN),
        ("google_sheets_row_append", {"spreadsheetId": "x", "range": "A1", "values": ["1"]}),
        ("ghl_free_slots", {"calendarId": "x", "startDate": 1, "endDate": 2}),
        ("ghl_book", _SPAN | _PLACE | {"contactId": "x"}),
        ("ghl_new_contact", _PLACE | {"firstName": "Ada", "email": "ada@exemple.fr"}),
        ("ghl_contact", _PLACE | {"email": "ada@exemple.fr"}),
    ]
    rules = [
        (r"horaire", everything, "Voilà."),
        (r"réserv", elsewhere, "Tout est fait."),
        (r"revoir|responsable", [last], "Au revoir."),
        (r"revoir", [("endCall", {})], "Au revoir."),
    ]
    weather = MCPServer("weather")

    @weather.tool(name="weather")
    def _weather(city: str) -> str:
        return f"Soleil à {city}."

    async with (
        ruled(rules) as model,
        on_a_port(weather.streamable_http_app(), "/mcp", lifespan="on") as mcp_url,
        http_of(tenant) as http,
    ):
        upload = {"file": ("carte.txt", b"Nos lasagnes sont faites maison.", "text/plain")}
        file_id = (await http.post("/file", files=upload)).json()["id"]
        await run_jobs()
        base = (await http.post("/v2/knowledge-base", json={"name": "La carte"})).json()
        base_url = f"/v2/knowledge-base/{base['id']}"
        await http.post(f"{base_url}/file", json={"fileId": file_id})
        of_base = (await http.get(base_url)).json()["toolId"]
        search = (await http.get(f"/tool/{of_base}")).json()["function"]["name"]
        everything.append((search, {"query": "lasagnes"}))
        rosa = {
            **FRENCH,
            "name": "Rosa",
            "firstMessage": "Ici Rosa, que puis-je pour vous ?",
            "model": model.model(tools=[{"type": "endCall"}]),
        }
        rosa_id = (await http.post("/assistant", json=rosa)).json()["id"]
        sms = {"type": "sms", "metadata": {"from": "+33478000001"}}
        slack = {"type": "slack.message.send"}
        knowledge = {
            "type": "query",
            "function": {"name": "carte"},
            "knowledgeBases": [
                {
                    "name": "carte",
                    "provider": "google",
                    "description": "La carte.",
                    "fileIds": [file_id],
                }
            ],
        }
        stock = {
            "type": "apiRequest",
            "name": "stock",
            "method": "POST",
            "url": f"{shop.url}/stock",
            "body": {"type": "object", "properties": {"dish": {"type": "string"}}},
            "variableExtractionPlan": {"aliases": [{"key": "stock", "value": "{{ left }}"}]},
        }
        server = {"server": {"url": shop.url}}
        tools = [
            {"type": "function", **_named("book"), **server},
            stock,
            knowledge,
            {"type": "mcp", "server": {"url": mcp_url}},
            {"type": "dtmf"},
            {**sms, **_named("texto")},
            {**slack, **_named("slack")},
            {"type": "code", **_named("calcul"), "code": "return 1"},
            {"type": "bash", "subType": "bash_20241022", "name": "bash", **server},
            {
                "type": "computer",
                "subType": "computer_20241022",
                "name": "computer",
                "displayWidthPx": 800,
                "displayHeightPx": 600,
                **server,
            },
            {
                "type": "textEditor",
                "subType": "text_editor_20241022",
                "name": "str_replace_editor",
                **server,
            },
            {"type": "sipRequest", "verb": "INFO"},
            {"type": "google.calendar.event.create"},
            {"type": "google.calendar.availability.check"},
            {"type": "google.sheets.row.append"},
            {"type": "gohighlevel.calendar.availability.check", **_named("ghl_free_slots")},
            {"type": "gohighlevel.calendar.event.create", **_named("ghl_book")},
            {"type": "gohighlevel.contact.create", **_named("ghl_new_contact")},
            {"type": "gohighlevel.contact.get", **_named("ghl_contact")},
            {"type": "voicemail"},
            {
                "type": "handoff",
                **_named("give_to_rosa"),
                "destinations": [{"type": "assistant", "assistantId": rosa_id}],
            },
            {
                "type": "transferCall",
                "destinations": [
                    {"type": "number", "number": "+33478000000", "message": "Je vous le passe."}
                ],
            },
        ]
        ids = [of_base]
        for tool in tools:
            made = await http.post("/tool", json=tool)
            assert made.status_code == 201, made.text
            ids.append(made.json()["id"])
        assistant = {
            **FRENCH,
            "name": "Mario",
            "firstMessage": "Chez Mario, bonjour.",
            "model": model.model(toolIds=ids),
        }
        turns = [
            "Je voudrais connaître vos horaires.",
            "Je voudrais réserver une table.",
            "Passez-moi le responsable.",
            "Merci beaucoup, au revoir.",
        ]
        found = await both(tenant, voice, {"assistant": assistant}, turns)
    answers = {one[1]: one[2] for one in found["done"] if one[0] == "answered"}
    assert answers["book"] == "table 7"
    assert "faites maison" in answers["carte"]
    assert "faites maison" in answers[search]
    assert json.loads(answers["stock"])["left"] == 3
    assert "Soleil à Lyon" in answers["weather"]
    refused = [name for name, _ in elsewhere if name.startswith(("google", "ghl", "sip"))]
    for name in ("texto", "slack", "calcul", *refused):
        assert re.search("credential|sandbox|SIP", answers[name]), answers[name]
    assert {name for kind, name, *_ in found["done"] if kind == "called"} >= {
        name for name, _ in (*everything, *elsewhere, last)
    }
    assert found["ended"] == reason
    assert found["spoke"][0] == "Mario"
    assert ("Rosa" in found["spoke"]) is (last[0] == "give_to_rosa")
    assert found["values"]["stock"] in (3, "3")


@pytest.mark.parametrize(
    ("wish", "node", "words"),
    [
        ("Je voudrais réserver une table.", "reservation", "Pour quel jour ?"),
        ("Je voudrais connaître vos horaires.", "hours", "Nous ouvrons à midi."),
    ],
)
async def test_a_workflow_takes_the_branch_the_caller_asks_for(
    tenant, ruled, voice, wish, node, words
):
    rules = [
        (r"réserv", [("move_on", {"to": "reservation"})], "Pour quel jour ?"),
        (r"horaire", [("move_on", {"to": "hours"})], "Nous ouvrons à midi."),
        (r"revoir|merci|demain", [("move_on", {"to": "end"})], "Au revoir."),
    ]
    async with ruled(rules) as model:
        nodes = [
            {
                "type": "conversation",
                "name": "welcome",
                "isStart": True,
                "prompt": "Ask what the caller wants.",
            },
            {"type": "conversation", "name": "reservation", "prompt": "Ask for the day."},
            {"type": "conversation", "name": "hours", "prompt": "Tell the hours."},
            {"type": "tool", "name": "end", "tool": {"type": "endCall"}},
        ]
        edges = [
            {"from": "welcome", "to": to, "condition": {"type": "ai", "prompt": prompt}}
            for to, prompt in (("reservation", "wants a table"), ("hours", "asks for the hours"))
        ] + [
            {"from": name, "to": "end", "condition": {"type": "ai", "prompt": "all is said"}}
            for name in ("reservation", "hours")
        ]
        workflow = {
            **FRENCH,
            "name": "Accueil",
            "model": model.model(),
            "nodes": nodes,
            "edges": edges,
        }
        found = await both(tenant, voice, {"workflow": workflow}, [wish, "Merci, au revoir."])
    assert node in found["nodes"]
    assert ("said", words) in found["done"]
    assert found["ended"] == "assistant-ended-call"
