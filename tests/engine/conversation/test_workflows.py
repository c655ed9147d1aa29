"""Workflows run: branches, tools, extraction, ends, and graphs that go nowhere or in circles."""

import asyncio

import pytest
from scripted_talk import Engine, ScriptedModel, Talk, assistant, call

from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.events import HandedOff, ToolAnswered


def node(name, prompt="", **more):
    return {"type": "conversation", "name": name, "prompt": prompt, **more}


def edge(start, end, condition=None):
    condition = {"type": "ai", "prompt": condition} if isinstance(condition, str) else condition
    return {"from": start, "to": end, **({"condition": condition} if condition else {})}


def talk_of(nodes, edges, model, server=None, **more) -> Talk:
    workflow = {"name": "w", "nodes": nodes, "edges": edges, **more}
    base = assistant("Base", endCallMessage=more.get("endCallMessage", ""))
    cast = Cast((Member(base),), workflow=workflow)
    models = model if isinstance(model, dict) else {"Base": model}
    return Talk(cast, Engine(models, server))


def go(to: str):
    return call("move_on", to=to)


async def test_a_workflow_begins_at_its_start_and_follows_the_models_choice():
    model = ScriptedModel(["Bonjour, réserver ou annuler ?", go("book"), "Pour quand ?"])
    nodes = [node("book", "Take a booking."), node("hello", "Greet.", isStart=True), node("cancel")]
    edges = [edge("hello", "book", "wants to book"), edge("hello", "cancel", "wants to cancel")]
    talk = talk_of(nodes, edges, model, globalPrompt="You are Le Bistrot.")
    assert (await talk.open()).text == "Bonjour, réserver ou annuler ?"
    assert model.system() == ["You are Le Bistrot.\n\nGreet."]
    options = model.tools[0][0]["function"]
    assert options["parameters"]["properties"]["to"]["enum"] == ["book", "cancel"]
    assert "- cancel: wants to cancel" in options["description"]
    reply = await talk.hear("Réserver")
    assert reply.text == "Pour quand ?"
    assert [one.node for one in reply.events if isinstance(one, HandedOff)] == ["book"]
    assert model.system() == ["You are Le Bistrot.\n\nTake a booking."]
    assert model.offered[-1] == []


async def test_a_node_may_have_its_own_first_message_model_and_voice():
    other = ScriptedModel(["Autre."])
    nodes = [
        node("a", messagePlan={"firstMessage": "Bonjour."}),
        node("b", model={"model": "other"}, voice={"provider": "vapi", "voiceId": "x"}),
    ]
    model = ScriptedModel([go("b")])
    talk = talk_of(nodes, [edge("a", "b", "go")], {"Base": model, "other": other})
    assert (await talk.open()).text == "Bonjour."
    reply = await talk.hear("?")
    assert reply.text == "Autre."
    handed = next(one for one in reply.events if isinstance(one, HandedOff))
    assert handed.assistant["voice"]["voiceId"] == "x"
    await talk.now.aclose()
    assert [model.closed, other.closed] == [1, 1]


async def test_variables_are_extracted_on_the_way_and_open_logic_edges():
    schema = {"type": "object", "properties": {"guests": {"type": "number"}}}
    nodes = [
        node("ask", variableExtractionPlan={"schema": schema}),
        node("large", "For {{guests}}."),
        node("small"),
    ]
    liquid = "{% if guests > 8 %}true{% else %}false{% endif %}"
    logic = {"type": "logic", "liquid": liquid}
    edges = [edge("ask", "large", logic), edge("ask", "small")]
    for guests, prompt in ((12, "For 12."), (4, "")):
        extracted = call("save_variables", guests=guests)
        model = ScriptedModel(["Combien ?", call("move_on"), extracted, "Bien."])
        talk = talk_of(nodes, edges, model)
        await talk.open()
        await talk.hear(f"Nous sommes {guests}")
        assert model.system() == ([prompt] if prompt else [])
        assert talk.now.variables == {"guests": guests}


def tool_node(server, kind="kind", **more):
    function = {"name": "book", "parameters": {"properties": {"day": {"type": "string"}}}}
    tool = {"type": "function", "function": function, "server": {"url": server.url(kind)}}
    return {"type": "tool", "name": "do", "tool": tool, **more}


async def test_a_tool_node_calls_its_tool_with_what_the_conversation_says(tool_server):
    nodes = [node("ask"), tool_node(tool_server), node("done", "It is booked.")]
    edges = [
        edge("ask", "do", "day known"),
        edge("do", "done"),
        edge("do", "ask", {"type": "failed"}),
    ]
    model = ScriptedModel(["Quel jour ?", go("do"), call("book", day="lundi"), "C'est réservé."])
    talk = talk_of(nodes, edges, model)
    await talk.open()
    reply = await talk.hear("Lundi")
    assert reply.text == "C'est réservé."
    assert [one.node for one in reply.events if isinstance(one, HandedOff)] == ["do", "done"]
    sent = tool_server.received[0]["message"]["toolCallList"][0]["parameters"]
    assert sent == {"day": "lundi"}
    assert model.offered[2] == ["book"]


async def test_a_tool_node_that_fails_takes_the_edge_of_failures(tool_server):
    nodes = [node("ask"), tool_node(tool_server, "500"), node("done"), node("sorry", "Excuse us.")]
    edges = [edge("ask", "do", "x"), edge("do", "done"), edge("do", "sorry", {"type": "failed"})]
    model = ScriptedModel(["?", go("do"), call("book", day="lundi"), "Pardon."])
    talk = talk_of(nodes, edges, model)
    await talk.open()
    reply = await talk.hear("Lundi")
    assert [one.failed for one in reply.events if isinstance(one, ToolAnswered)][-1]
    assert model.system() == ["Excuse us."]


async def test_a_tool_node_interrupted_midway_is_not_done_again(tool_server):
    nodes = [node("ask"), tool_node(tool_server, "held"), node("done", "It is booked.")]
    edges = [edge("ask", "do", "day known"), edge("do", "done")]
    model = ScriptedModel(["?", go("do"), call("book", day="lundi"), go("next"), "C'est réservé."])
    talk = talk_of(nodes, edges, model)
    await talk.open()

    async def follow():
        async for _ in talk.now.hear("Lundi"):
            pass

    turn = asyncio.create_task(follow())
    await tool_server.reached.wait()
    turn.cancel()
    await asyncio.wait([turn])
    tool_server.release.set()
    assert (await talk.hear("Alors ?")).text == "C'est réservé."
    assert len(tool_server.received) == 1
    assert "late" in [one["content"] for one in talk.now.history]


async def test_a_tool_whose_arguments_the_model_will_not_give_is_not_called(tool_server):
    asked = tool_node(tool_server)
    asked["tool"]["function"]["parameters"]["required"] = ["day"]
    nodes = [node("ask"), asked, node("sorry", "Excuse us.")]
    edges = [edge("ask", "do", "x"), edge("do", "sorry", {"type": "failed"})]
    model = ScriptedModel(["?", go("do"), "Euh…", "Pardon."])
    talk = talk_of(nodes, edges, model)
    await talk.open()
    assert (await talk.hear("?")).text == "Pardon."
    assert tool_server.received == []


async def test_after_a_tool_the_model_judges_the_conditions(tool_server):
    nodes = [node("ask"), tool_node(tool_server), node("yes"), node("no", "Sorry.")]
    edges = [edge("ask", "do", "x"), edge("do", "yes", "it worked"), edge("do", "no", "it did not")]
    for chosen, prompt in (("no", ["Sorry."]), ("nonsense", [])):
        model = ScriptedModel(["?", go("do"), call("book"), go(chosen), "Bien."])
        talk = talk_of(nodes, edges, model)
        await talk.open()
        assert (await talk.hear("Lundi")).text == "Bien."
        assert model.system() == prompt


@pytest.mark.parametrize("kind", ["hangup", "end", "endCall"])
async def test_an_end_ends_the_call(kind):
    nodes = [node("ask"), {"type": kind, "name": "bye"}]
    model = ScriptedModel(["?", go("bye")])
    talk = talk_of(nodes, [edge("ask", "bye", "done")], model, endCallMessage="Au revoir.")
    await talk.open()
    reply = await talk.hear("C'est tout")
    assert (reply.text, reply.ended) == ("Au revoir.", "assistant-ended-call")


async def test_a_tool_node_may_hang_up_or_transfer(tool_server):
    transfer = {
        "type": "transferCall",
        "destinations": [{"type": "number", "number": "+33123456789"}],
    }
    for tool, ended in (
        ({"type": "endCall"}, "assistant-ended-call"),
        (transfer, "assistant-forwarded-call"),
    ):
        nodes = [node("ask"), {"type": "tool", "name": "out", "tool": tool}]
        model = ScriptedModel(["?", go("out"), call(tool["type"], destination="+33123456789")])
        talk = talk_of(nodes, [edge("ask", "out", "x")], model)
        await talk.open()
        assert (await talk.hear("?")).ended == ended


async def test_a_last_tool_that_has_spoken_is_not_spoken_after(tool_server):
    last = tool_node(tool_server)
    last["tool"]["messages"] = [{"type": "request-complete", "content": "C'est réservé."}]
    model = ScriptedModel(["?", go("do"), call("book", day="lundi"), "Autre chose ?"])
    talk = talk_of([node("ask"), last], [edge("ask", "do", "x")], model)
    await talk.open()
    assert (await talk.hear("Lundi")).text == "C'est réservé."
    assert (await talk.hear("Merci")).text == "Autre chose ?"


async def test_a_global_node_can_be_entered_from_anywhere():
    plan = {"enabled": True, "enterCondition": "asks for a human"}
    nodes = [node("a"), node("human", "Find a human.", globalNodePlan=plan)]
    model = ScriptedModel(["?", go("human"), "Un instant."])
    talk = talk_of(nodes, [], model)
    await talk.open()
    assert (await talk.hear("Un humain !")).text == "Un instant."
    assert model.system() == ["Find a human."]


async def test_a_circle_of_nodes_is_left_within_the_turn(tool_server):
    first = {**tool_node(tool_server), "name": "a", "isStart": True}
    nodes = [first, {**tool_node(tool_server), "name": "b"}]
    model = ScriptedModel(last="Je suis là.")
    talk = talk_of(nodes, [edge("a", "b"), edge("b", "a")], model)
    reply = await talk.open()
    assert reply.text == "Je suis là."
    assert reply.ended is None
    assert len(tool_server.received) <= 13
    assert any("too often" in one for one in talk.engine.warnings)


async def test_a_model_that_moves_on_for_ever_is_stopped():
    model = ScriptedModel(["?"])
    model.last = lambda _, tools: (
        go(tools[0]["function"]["parameters"]["properties"]["to"]["enum"][0]) if tools else "Bien."
    )
    talk = talk_of([node("a"), node("b")], [edge("a", "b", "x"), edge("b", "a", "x")], model)
    await talk.open()
    assert (await talk.hear("?")).text == "Bien."


@pytest.mark.parametrize(
    ("nodes", "edges"),
    [
        ([], []),
        ([3, None, {"name": ""}], []),
        ([node("a")], [3, None, {"from": "a", "to": "nowhere"}, {"from": "x", "to": "a"}]),
        ([{"type": "mystery", "name": "a"}], []),
        ([{"type": "tool", "name": "a"}], []),
        ([{"type": "tool", "name": "a", "tool": {"type": "mystery"}}], []),
        ([node("a", tools=3, model="x", globalNodePlan=4, variableExtractionPlan="y")], []),
        ([node("a"), node("a")], [edge("a", "a")]),
    ],
)
async def test_a_graph_that_leads_nowhere_still_answers(nodes, edges):
    talk = talk_of(nodes, edges, ScriptedModel(last="Je suis là."))
    await talk.open()
    assert (await talk.hear("?")).text == "Je suis là."
