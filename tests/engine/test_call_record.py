"""What a written call keeps of tools, hand-offs, transfers and hooks; and goes on from."""

import json
from datetime import UTC, datetime

import pytest
from calling import ended, said, seen, started
from scripted_model import scripted_model

WEATHER = {
    "type": "function",
    "function": {
        "name": "meteo",
        "parameters": {"type": "object", "properties": {"ville": {"type": "string"}}},
    },
}


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


def _speaker(model, name: str, tools: list | None = None, **fields) -> dict:
    return model.assistant(name=name, model={"tools": tools or []}, **fields)


async def test_a_tool_call_and_its_failure_are_in_the_record_and_in_what_follows(
    http, tenant, model
) -> None:
    tool = {**WEATHER, "server": {"url": "http://127.0.0.1:9/", "timeoutSeconds": 1}}
    model.script = [{"tool": "meteo", "arguments": {"ville": "Lyon"}}, "Je ne sais pas.", "Oui."]
    call = await started(http, {"assistant": _speaker(model, "Essai", [tool])})
    assert (await said(http, call["id"], "Quel temps ?"))["content"]
    kept = (await seen(http, call["id"]))["messages"]
    roles = [one["role"] for one in kept]
    assert roles[:3] == ["user", "tool_calls", "tool_call_result"]
    asked, result = kept[1], kept[2]
    assert asked["toolCalls"][0]["function"]["name"] == "meteo"
    assert json.loads(asked["toolCalls"][0]["function"]["arguments"]) == {"ville": "Lyon"}
    assert result["toolCallId"] == asked["toolCalls"][0]["id"]
    assert result["error"]
    await said(http, call["id"], "Tant pis")
    history = model.requests[-1]["messages"]
    wanted = next(one for one in history if one.get("tool_calls"))
    answered = history[history.index(wanted) + 1]
    assert (answered["role"], answered["tool_call_id"]) == ("tool", wanted["tool_calls"][0]["id"])
    read = await tenant.sdk().calls.get(call["id"])
    assert [one.role for one in read.messages] == [one["role"] for one in kept] + ["user", "bot"]
    log = (await http.get(f"/call/{call['id']}/call-logs")).text
    assert '"tools": ["meteo"]' in log
    assert "Lyon" not in log


async def test_a_squad_hands_over_and_the_record_says_who_spoke(http, model, receiver) -> None:
    lead = {"type": "assistant", "assistantName": "Réservations", "description": "pour réserver"}
    greeter = _speaker(
        model,
        "Accueil",
        firstMessage="Bonjour",
        server={"url": receiver.url},
        serverMessages=["transfer-update", "assistant.started"],
    )
    booker = _speaker(model, "Réservations", firstMessage="Je prends la suite.")
    squad = {"members": [{"assistant": greeter, "assistantDestinations": [lead]},
                         {"assistant": booker}]}  # fmt: skip
    call = await started(http, {"squad": squad})
    names = await _offered(http, model, call["id"])
    model.script = [{"tool": names[0], "arguments": {"destination": "Réservations"}}, "À vous."]
    await said(http, call["id"], "Je veux réserver")
    call = await seen(http, call["id"])
    activated = [one["assistantName"] for one in call["artifact"]["assistantActivations"]]
    assert activated == ["Accueil", "Réservations"]
    bots = [one for one in call["messages"] if one["role"] == "bot"]
    assert bots[0]["assistantName"] == "Accueil"
    assert bots[-1]["assistantName"] == "Réservations"
    model.script = ["Pour combien ?"]
    assert (await said(http, call["id"], "Demain"))["content"] == "Pour combien ?"
    await ended(http, call["id"])
    update = receiver.of("transfer-update")[0]
    assert (update["fromAssistant"]["name"], update["toAssistant"]["name"]) == (
        "Accueil", "Réservations",
    )  # fmt: skip
    assert [one["newAssistant"]["name"] for one in receiver.of("assistant.started")] == [
        "Accueil", "Réservations",
    ]  # fmt: skip


async def _offered(http, model, call_id: str) -> list[str]:
    """The functions the model is offered in its next turn."""
    model.script = ["Oui ?"]
    await said(http, call_id, "Allô")
    return [one["function"]["name"] for one in model.requests[-1].get("tools", ())]


async def test_a_transfer_ends_a_written_call_where_it_would_go(http, model) -> None:
    number = {"type": "number", "number": "+33612345678", "message": "Je vous passe Luigi."}
    tool = {"type": "transferCall", "destinations": [number]}
    call = await started(http, {"assistant": _speaker(model, "Essai", [tool])})
    names = await _offered(http, model, call["id"])
    model.script = [{"tool": names[0], "arguments": {"destination": "+33612345678"}}]
    reply = await said(http, call["id"], "Passez-moi Luigi")
    assert reply["ended"]
    call = await seen(http, call["id"])
    assert call["endedReason"] == "assistant-forwarded-call"
    assert call["destination"]["number"] == "+33612345678"
    assert call["artifact"]["transfers"][0]["mode"] == "blind-transfer"


async def test_a_workflow_s_nodes_are_told_with_what_was_said_in_each(http, model) -> None:
    workflow = {
        "name": "Accueil",
        "model": _speaker(model, "x")["model"],
        "nodes": [
            {"type": "conversation", "name": "début", "isStart": True, "prompt": "Accueille."},
            {"type": "conversation", "name": "réservation", "prompt": "Réserve."},
        ],
        "edges": [{"from": "début", "to": "réservation",
                   "condition": {"type": "ai", "prompt": "on veut réserver"}}],
    }  # fmt: skip
    workflow["model"].pop("tools", None)
    call = await started(http, {"workflow": workflow})
    names = await _offered(http, model, call["id"])
    assert len(names) == 1
    model.script = [{"tool": names[0]}, "Pour combien ?"]
    await said(http, call["id"], "Je veux réserver")
    nodes = (await seen(http, call["id"]))["artifact"]["nodes"]
    assert [one["nodeName"] for one in nodes] == ["début", "réservation"]
    assert nodes[-1]["messages"][-1]["message"] == "Pour combien ?"


async def test_a_hook_at_the_end_asks_its_server_once(http, model, receiver) -> None:
    tool = {**WEATHER, "server": {"url": receiver.url}}
    hook = {"on": "call.ending", "do": [{"type": "tool", "tool": tool}]}
    call = await started(http, {"assistant": _speaker(model, "Essai", hooks=[hook])})
    await ended(http, call["id"])
    assert len(receiver.of("tool-calls")) == 1


async def test_a_server_is_told_which_of_the_squad_asks(http, model, receiver) -> None:
    tool = {**WEATHER, "server": {"url": receiver.url}}
    lead = {"type": "assistant", "assistantName": "Météo"}
    members = [
        {"assistant": _speaker(model, "Accueil"), "assistantDestinations": [lead]},
        {"assistant": _speaker(model, "Météo", [tool])},
    ]
    call = await started(http, {"squad": {"members": members}})
    order = {"type": "handoff", "destination": lead}
    assert (await http.post(f"/call/{call['id']}/control", json=order)).is_success
    model.script = [{"tool": "meteo"}, "Il fait beau."]
    await said(http, call["id"], "Quel temps ?")
    assert receiver.of("tool-calls")[0]["assistant"]["name"] == "Météo"


async def test_a_tool_deleted_in_mid_call_goes_on_working_in_it(http, model, receiver) -> None:
    tool = (await http.post("/tool", json={**WEATHER, "server": {"url": receiver.url}})).json()
    assistant = model.assistant(model={"toolIds": [tool["id"]]})
    made = (await http.post("/assistant", json=assistant)).json()
    call = await started(http, {"assistantId": made["id"]})
    assert (await http.delete(f"/tool/{tool['id']}")).is_success
    assert (await http.delete(f"/assistant/{made['id']}")).is_success
    model.script = [{"tool": "meteo", "arguments": {"ville": "Lyon"}}, "Voilà."]
    assert (await said(http, call["id"], "Quel temps ?"))["content"]
    asked = receiver.of("tool-calls")[0]
    assert asked["toolCallList"][0]["function"]["name"] == "meteo"
    assert asked["call"]["id"] == call["id"]
    assert asked["assistant"]["name"] == "Essai"


async def test_a_dead_model_ends_the_call_with_its_reason(http, model) -> None:
    model.script = ["refuse"]
    call = await started(http, {"assistant": _speaker(model, "Essai")})
    reply = await said(http, call["id"], "Bonjour")
    assert reply["ended"]
    assert "llm-failed" in (await seen(http, call["id"]))["endedReason"]


async def test_orders_from_outside_are_said_answered_and_handed_over(http, model) -> None:
    lead = {"type": "assistant", "assistantName": "Réservations"}
    booker = _speaker(model, "Réservations", firstMessage="Je prends la suite.")
    squad = {"members": [{"assistant": _speaker(model, "Accueil")}, {"assistant": booker}]}
    call = await started(http, {"squad": squad})
    path = f"/call/{call['id']}/control"
    model.script = ["Vous êtes attendu."]
    message = {"role": "system", "content": "Le client est arrivé."}
    for order in (
        {"type": "say", "content": "Un instant."},
        {"type": "add-message", "message": message, "triggerResponseEnabled": True},
        {"type": "handoff", "destination": lead, "content": "Je vous laisse."},
    ):
        answer = await http.post(path, json=order)
        assert answer.is_success, answer.text
    unknown = {"type": "handoff", "destination": {"type": "assistant", "assistantName": "Nemo"}}
    assert (await http.post(path, json=unknown)).status_code == 400
    call = await seen(http, call["id"])
    told = [(one["role"], one["message"]) for one in call["messages"]]
    assert told[:4] == [
        ("bot", "Un instant."),
        ("system", "Le client est arrivé."),
        ("bot", "Vous êtes attendu."),
        ("bot", "Je vous laisse."),
    ]
    activated = [one["assistantName"] for one in call["artifact"]["assistantActivations"]]
    assert activated == ["Accueil", "Réservations"]
    to = {"type": "transfer", "destination": {"type": "number", "number": "+33612345678"}}
    assert (await http.post(path, json={**to, "content": "Au revoir."})).is_success
    assert (await seen(http, call["id"]))["endedReason"] == "assistant-forwarded-call"


async def test_hooks_of_silence_speak_before_the_model_does(http, model, at) -> None:
    at(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    hook = {
        "on": "customer.speech.timeout",
        "options": {"timeoutSeconds": 10},
        "do": [{"type": "say", "exact": "Êtes-vous là ?"}],
    }
    call = await started(http, {"assistant": _speaker(model, "Essai", hooks=[hook],
                                                      firstMessage="Bonjour")})  # fmt: skip
    at(datetime(2026, 11, 21, 9, 0, 15, tzinfo=UTC))
    assert (await said(http, call["id"], ""))["content"] == "Êtes-vous là ?"
    assert not model.requests
