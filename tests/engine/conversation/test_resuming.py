"""A conversation handed from process to process at every turn goes as one held in memory."""

import pytest
from scripted_talk import Engine, ScriptedModel, Talk, assistant, call, function

from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.events import HandedOff, ToolAnswered, ToolsCalled


def squad(server) -> tuple[Cast, Engine, list[str]]:
    tool = function(
        "find",
        server={"url": server.url("kind")},
        variableExtractionPlan={"aliases": [{"key": "found", "value": "{{$}}"}]},
        messages=[{"type": "request-start", "content": "Je cherche."}],
    )
    to_sales = {
        "type": "assistant",
        "assistantName": "Sales",
        "contextEngineeringPlan": {"type": "lastNMessages", "maxMessages": 2},
        "assistantOverrides": {"firstMessage": "Re-bonjour {{found}}."},
    }
    to_care = {"type": "assistant", "assistantName": "Care", "message": "Je transfère."}
    hook = {"on": "customer.speech.timeout", "do": [{"type": "say", "exact": "Allô ?"}]}
    members = (
        Member(assistant("Front", tool, firstMessage="Bonjour."), "f", (to_sales,)),
        Member(assistant("Sales", hooks=[hook], prompt="{{found}}"), "s", (to_care,)),
        Member(assistant("Care", {"type": "endCall"}, firstMessage="Soin."), "c"),
    )
    front = ScriptedModel(
        ["Oui ?", ["Voyons.", call("find", "1")], "Trouvé.", call("handoff_to_Sales", "2")]
    )
    sales = ScriptedModel(["Une remise.", call("transferCall", "3")])
    care = ScriptedModel(["Bien.", call("endCall", "4")])
    engine = Engine({"Front": front, "Sales": sales, "Care": care})
    return (
        Cast(members),
        engine,
        ["Allô", "Cherchez", "Les ventes", "Et ?", "Le soin", "Merci", "Fin"],
    )


def workflow(server) -> tuple[Cast, Engine, list[str]]:
    plan = {"schema": {"type": "object", "properties": {"day": {"type": "string"}}}}
    tool = {
        "type": "tool",
        "name": "book",
        "tool": function("book", server={"url": server.url("kind")}),
    }
    nodes = [
        {"type": "conversation", "name": "ask", "variableExtractionPlan": plan, "isStart": True},
        tool,
        {"type": "conversation", "name": "done", "prompt": "Booked for {{day}}."},
        {"type": "hangup", "name": "bye"},
    ]
    condition = {"type": "ai", "prompt": "x"}
    edges = [
        {"from": "ask", "to": "book", "condition": condition},
        {"from": "book", "to": "done"},
        {"from": "done", "to": "bye", "condition": condition},
    ]
    model = ScriptedModel(
        ["Quel jour ?", "Pardon ?", call("move_on", "1", to="book"),
         call("save_variables", "2", day="lundi"), "Réservé.", call("move_on", "3", to="bye")]
    )  # fmt: skip
    cast = Cast(
        (Member(assistant("Base")),), workflow={"name": "w", "nodes": nodes, "edges": edges}
    )
    return cast, Engine({"Base": model}), ["Euh", "Lundi", "Merci"]


def told(event):
    """An event without what is made anew each time."""
    match event:
        case HandedOff():
            return ("to", event.assistant["name"], event.node)
        case ToolsCalled():
            return ("calls", [one.name for one in event.calls])
        case ToolAnswered():
            return ("answered", event.call.name, event.failed)
    return event


@pytest.mark.parametrize("scene", [squad, workflow])
async def test_every_turn_may_happen_in_another_process(tool_server, scene):
    outcomes = []
    for passes in (False, True):
        cast, engine, turns = scene(tool_server)
        talk = Talk(cast, engine, passes=passes)
        events = (await talk.open()).events
        for words in turns:
            events += (await talk.hear(words)).events
            events += (await talk.do(lambda now: now.waited(8))).events
        events += (await talk.do(lambda now: now.ending("assistant-ended-call"))).events
        history = [
            {name: one[name] for name in ("role", "content") if name in one}
            for one in talk.now.history
        ]
        asked = {name: [len(one) for one in model.asked] for name, model in engine.models.items()}
        outcomes.append(
            (list(map(told, events)), history, asked, talk.now.variables, len(tool_server.received))
        )
        tool_server.received.clear()
    assert outcomes[0] == outcomes[1]
    kinds = {type(one).__name__ for one in events}
    assert {"Say", "ToolsCalled", "ToolAnswered", "HandedOff", "EndCall"} <= kinds
