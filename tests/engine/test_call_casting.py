"""Who answers a call: assistants, squads and workflows with everything they refer to."""

import json
from uuid import uuid4

import pytest
from calling import http_of

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import BY_NAME
from allokoli.engine.calls.casting import cast_of, variable_values

MODEL = {"provider": "openai", "model": "gpt-4o"}
GREETER = {"name": "Accueil", "firstMessage": "Bonjour", "model": MODEL}
BOOKER = {"name": "Réservations", "model": MODEL}


@pytest.fixture
def keep(tenant):
    """Store an entity; its id."""

    async def make(kind: str, body: dict, identity: Identity | None = None) -> str:
        made = await resources.create(identity or tenant.identity, BY_NAME[kind], body)
        return made["id"]

    return make


@pytest.fixture
def cast(tenant):
    async def make(body: dict):
        async with session(tenant.identity) as opened:
            return await cast_of(opened, body)

    return make


def _function(name: str, **fields) -> dict:
    return {"type": "function", "function": {"name": name}, **fields}


async def test_overrides_replace_settings_and_append_tools_and_leave_the_stored_alone(
    keep, cast
) -> None:
    assistant_id = await keep("assistant", GREETER)
    overrides = {
        "firstMessage": "Bonsoir",
        "variableValues": {"ville": "Lyon"},
        "tools:append": [_function("noter")],
    }
    found = await cast({"assistantId": assistant_id, "assistantOverrides": overrides})
    member = found.first
    assert (member.assistant_id, member.assistant["firstMessage"]) == (assistant_id, "Bonsoir")
    assert [one["function"]["name"] for one in member.assistant["model"]["tools"]] == ["noter"]
    assert "variableValues" not in member.assistant
    again = await cast({"assistantId": assistant_id})
    assert again.first.assistant["firstMessage"] == "Bonjour"
    assert "tools" not in again.first.assistant["model"]


async def test_stored_tools_are_read_in_with_their_secrets_and_missing_ones_warned_of(
    keep, cast
) -> None:
    server = {"url": "https://tools.test", "headers": {"x-key": "clef"}}
    tool_id = await keep("tool", _function("meteo", server=server))
    gone = str(uuid4())
    model = {"provider": "openai", "model": "gpt-4o", "toolIds": [tool_id, gone],
             "tools": [{"type": "endCall"}]}  # fmt: skip
    hook = {"on": "call.ending", "do": [{"type": "tool", "toolId": tool_id}]}
    found = await cast({"assistant": {"name": "x", "model": model, "hooks": [hook]}})
    tools = found.first.assistant["model"]["tools"]
    assert [one["type"] for one in tools] == ["endCall", "function"]
    assert tools[1]["id"] == tool_id
    assert tools[1]["server"]["headers"] == {"x-key": "clef"}
    assert "toolIds" not in found.first.assistant["model"]
    assert found.first.assistant["hooks"][0]["do"][0]["tool"]["id"] == tool_id
    assert len(found.warnings) == 1
    assert gone in found.warnings[0]


async def test_a_squad_is_its_members_with_what_overrides_each_and_all(keep, cast) -> None:
    booker_id = await keep("assistant", BOOKER)
    lead = {"type": "assistant", "assistantName": "Réservations"}
    squad = {
        "name": "Équipe",
        "members": [
            {"assistant": GREETER, "assistantDestinations": [lead]},
            {"assistantId": booker_id, "assistantOverrides": {"firstMessage": "Je note.",
             "variableValues": {"lieu": "bar", "ton": "doux"}}},
        ],
        "membersOverrides": {"variableValues": {"ton": "vif"}, "maxDurationSeconds": 60},
    }  # fmt: skip
    squad_id = await keep("squad", squad)
    found = await cast({"squadId": squad_id, "squadOverrides": {"variableValues": {"ton": "sec"}}})
    first, second = found.members
    assert found.squad_id == squad_id
    assert first.destinations == (lead,)
    assert (second.assistant_id, second.assistant["firstMessage"]) == (booker_id, "Je note.")
    assert second.values == {"lieu": "bar", "ton": "sec"}
    assert {one.assistant["maxDurationSeconds"] for one in found.members} == {60}
    assert found.warnings == ()


async def test_a_destination_nobody_is_called_by_is_warned_of(cast) -> None:
    nobody = {"type": "assistant", "assistantName": "Personne"}
    squad = {"members": [{"assistant": GREETER, "assistantDestinations": [nobody]}]}
    found = await cast({"squad": squad})
    assert "Personne" in found.warnings[0]


async def test_a_workflow_lends_its_voice_and_reads_the_tools_of_its_nodes(keep, cast) -> None:
    tool_id = await keep("tool", _function("meteo"))
    workflow = {
        "name": "Prise de rendez-vous",
        "globalPrompt": "Sois bref.",
        "voice": {"provider": "vapi", "voiceId": "Elliot"},
        "nodes": [
            {"type": "conversation", "name": "début", "isStart": True, "toolIds": [tool_id]},
            {"type": "tool", "name": "météo", "toolId": tool_id},
        ],
        "edges": [{"from": "début", "to": "météo"}],
    }
    workflow_id = await keep("workflow", workflow)
    found = await cast({"workflowId": workflow_id})
    assert found.workflow_id == workflow_id
    assert found.first.assistant["voice"]["voiceId"] == "Elliot"
    assert "nodes" not in found.first.assistant
    start, tool = found.workflow["nodes"]
    assert start["tools"][0]["id"] == tool["tool"]["id"] == tool_id


def _workflow(nodes: list, edges: list) -> dict:
    return {"workflow": {"name": "w", "nodes": nodes, "edges": edges}}


def _tool_node(name: str) -> dict:
    return {"type": "tool", "name": name, "tool": {"type": "endCall"}}


TALK = {"type": "conversation", "name": "a", "isStart": True}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "exactly one"),
        ({"assistant": GREETER, "squad": {"members": [{"assistant": GREETER}]}}, "exactly one"),
        ({"squad": {"members": []}}, "members"),
        ({"squad": {"members": [{}]}}, "assistantId or assistant"),
        ({"squad": {"members": [{"assistantId": "7d3d3a6c-0000-4000-8000-000000000000"}]}},
         "squad.members.0.assistantId"),
        ({"squad": {"members": [{"assistantId": "x"}]}}, "UUID"),
        ({"squadId": "7d3d3a6c-0000-4000-8000-000000000000"}, "squad"),
        ({"squadId": 3}, "squadId"),
        ({"squad": {"members": [{"assistant": GREETER}] * 101}}, "100"),
        (_workflow([], []), "nodes"),
        (_workflow([TALK, TALK], []), "'a' is used by another node"),
        (_workflow([TALK], [{"from": "a", "to": "nulle part"}]), "edges.0.to"),
        (_workflow([TALK, _tool_node("b"), _tool_node("c")],
                   [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}, {"from": "c", "to": "b"}]),
         "never to the caller"),
        (_workflow([TALK, _tool_node("b")], [{"from": "b", "to": "b"}]), "never to the caller"),
    ],
)  # fmt: skip
async def test_what_cannot_answer_is_refused_by_name(cast, body, named) -> None:
    with pytest.raises(Invalid) as refused:
        await cast(body)
    assert named in str(refused.value)


async def test_a_round_with_the_caller_in_it_is_a_good_workflow(cast) -> None:
    edges = [{"from": "a", "to": "b"}, {"from": "b", "to": "a"}]
    assert (await cast(_workflow([TALK, _tool_node("b")], edges))).workflow is not None


async def test_members_that_lead_to_each_other_are_a_good_squad(cast) -> None:
    def member(name: str, to: str) -> dict:
        lead = {"type": "assistant", "assistantName": to}
        return {"assistant": {**GREETER, "name": name}, "assistantDestinations": [lead]}

    assert len((await cast({"squad": {"members": [member("a", "b"), member("b", "a")]}})).members)


async def test_another_organization_s_entities_are_no_one_s(keep, cast, make_tenant) -> None:
    other = await make_tenant()
    assistant_id = await keep("assistant", GREETER, other.identity)
    squad_id = await keep("squad", {"members": [{"assistant": GREETER}]}, other.identity)
    tool_id = await keep("tool", _function("meteo"), other.identity)
    for body in (
        {"assistantId": assistant_id},
        {"squadId": squad_id},
        {"squad": {"members": [{"assistantId": assistant_id}]}},
    ):
        with pytest.raises(Invalid):
            await cast(body)
    model = {"provider": "openai", "model": "gpt-4o", "toolIds": [tool_id]}
    found = await cast({"assistant": {"name": "x", "model": model}})
    assert not found.first.assistant["model"].get("tools")


async def test_a_stored_call_keeps_its_secrets_sealed(tenant, keep) -> None:
    server = {"url": "http://127.0.0.1:9/", "headers": {"x-key": "clef-du-serveur"}}
    assistant = {**GREETER, "server": server}
    assistant_id = await keep("assistant", assistant)
    body = {"assistantId": assistant_id, "transport": {"provider": "text"},
            "assistantOverrides": {"server": server}}  # fmt: skip
    async with http_of(tenant) as http:
        made = (await http.post("/call", json=body)).json()
        assert "clef-du-serveur" not in json.dumps(made)
        transient = {"assistant": assistant, "transport": {"provider": "text"}}
        other = (await http.post("/call", json=transient)).json()
    from sqlalchemy import text

    async with session(tenant.identity) as opened:
        rows = await opened.execute(text("select to_jsonb(c)::text from engine.calls c"))
        kept = [row[0] for row in rows]
    assert len(kept) == 2
    assert not any("clef-du-serveur" in one for one in kept)
    assert other["assistant"]["name"] == "Accueil"


def test_a_customer_s_own_variables_win() -> None:
    body = {
        "assistantOverrides": {"variableValues": {"a": 1, "b": 1}},
        "customer": {"number": "+33612345678", "assistantOverrides": {"variableValues": {"b": 2}}},
    }
    assert variable_values(body) == {"a": 1, "b": 2}
