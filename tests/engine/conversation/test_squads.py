"""Several assistants in one conversation: who goes on, and what they know of what was said."""

import pytest
from scripted_talk import NOW, Engine, ScriptedModel, Talk, assistant, call, function

from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.conversation import Facts
from allokoli.engine.conversation.events import HandedOff, Say, Transfer


def squad(*destinations, second=None, tools=()) -> Cast:
    front = Member(
        assistant("Front", *tools, prompt="You are Front.", firstMessage="Accueil, bonjour."),
        "id-front",
        tuple(destinations),
    )
    sales = second or assistant("Sales", firstMessage="Les ventes, bonjour.")
    back = {"type": "assistant", "assistantName": "Front", "contextEngineeringPlan": {}}
    return Cast((front, Member(sales, "id-sales", (back,), {"offer": "remise"})))


def handoff(**more):
    plan = {"contextEngineeringPlan": {"type": "all"}}
    return {"type": "assistant", "assistantName": "Sales", "description": "to buy", **plan, **more}


def models(front, sales=()) -> Engine:
    return Engine({"Front": ScriptedModel(list(front)), "Sales": ScriptedModel(list(sales))})


async def test_a_handoff_changes_who_speaks_before_the_next_word():
    engine = models(["Oui ?", call("handoff_to_Sales", destination="Sales")], ["Une remise."])
    talk = Talk(squad(handoff()), engine)
    await talk.open()
    await talk.hear("Allô")
    reply = await talk.hear("Je veux acheter")
    handed = next(one for one in reply.events if isinstance(one, HandedOff))
    assert (handed.before["name"], handed.assistant["name"]) == ("Front", "Sales")
    assert reply.text == "Les ventes, bonjour."
    assert talk.now.assistant["name"] == "Sales"
    assert talk.now.assistant_id == "id-sales"
    assert (await talk.hear("Alors ?")).text == "Une remise."
    assert engine.models["Sales"].system() == ["You are Sales."]
    assert engine.models["Sales"].offered[-1] == ["handoff_to_Front"]
    await talk.now.aclose()
    assert [one.closed for one in engine.models.values()] == [1, 1]


async def test_the_function_offered_names_and_describes_each_destination():
    engine = models(["Oui."])
    other = {"type": "assistant", "assistantId": "abc-1", "description": "trouble"}
    tool = {"type": "handoff", "destinations": [handoff(), other]}
    await Talk(squad(tools=[tool]), engine).hear("?")
    function_ = engine.models["Front"].tools[0][0]["function"]
    assert function_["name"] == "handoff_to_assistant"
    assert "2. abc-1. When: trouble" in function_["description"]
    assert function_["parameters"]["properties"]["destination"]["enum"] == ["Sales", "abc-1"]
    tool["function"] = {"name": "go"}
    await Talk(squad(tools=[tool]), engine).hear("?")
    overridden = engine.models["Front"].tools[1][0]["function"]
    assert overridden == {**function_, "name": "go"}


PLANS = {
    "all": ["assistant", "user", "assistant", "tool", "assistant", "tool", "assistant", "user"],
    "none": ["assistant", "user"],
    "userAndAssistantMessages": ["assistant", "user", "assistant", "user"],
    "previousAssistantMessages": ["assistant", "user"],
    "lastNMessages": ["assistant", "tool", "assistant", "user"],
}


@pytest.mark.parametrize("plan", PLANS)
async def test_the_new_assistant_is_shown_what_the_plan_says(tool_server, plan):
    destination = handoff(contextEngineeringPlan={"type": plan, "maxMessages": 3})
    tool = function("look", server={"url": tool_server.url("kind")})
    engine = models([call("look"), call("handoff_to_Sales")], ["Oui."])
    talk = Talk(squad(destination, tools=[tool]), engine)
    await talk.open()
    await talk.do(lambda now: now.hear("Regardez"))
    shown = await talk.hear("Et alors ?")
    assert shown.text == "Oui."
    roles = [one["role"] for one in engine.models["Sales"].asked[-1][1:]]
    assert roles == PLANS[plan]
    # Whatever is shown, what was said stays in the call's record.
    assert talk.now.history[0]["content"] == "Accueil, bonjour."


async def test_previous_messages_are_those_the_previous_assistant_was_given():
    third = Member(assistant("Pay", firstMessage="Votre carte ?"), "id-pay")
    back = {
        "type": "assistant",
        "assistantName": "Sales",
        "contextEngineeringPlan": {"type": "previousAssistantMessages"},
    }
    to_pay = {
        "type": "assistant",
        "assistantName": "Pay",
        "contextEngineeringPlan": {"type": "all"},
    }
    cast = squad(to_pay)
    cast = Cast((cast.members[0], cast.members[1], Member(third.assistant, "id-pay", (back,))))
    pay = ScriptedModel(["Merci.", call("handoff_to_Sales")])
    front, sales = ScriptedModel([call("handoff_to_Pay")]), ScriptedModel(["Bien."])
    talk = Talk(cast, Engine({"Front": front, "Sales": sales, "Pay": pay}))
    await talk.hear("Je paie")
    await talk.hear("4970 1111")
    await talk.hear("123")
    await talk.hear("Voilà")
    shown = [one.get("content") for one in sales.asked[-1] if one["role"] != "system"]
    assert "Je paie" in shown
    assert not {"4970 1111", "123"} & set(shown)


@pytest.mark.parametrize(
    ("mode", "systems", "tool_kept", "past_kept"),
    [
        (None, ["You are Front.", "You are Sales."], True, True),
        ("swap-system-message-in-history", ["You are Sales."], True, True),
        (
            "swap-system-message-in-history-and-remove-transfer-tool-messages",
            ["You are Sales."],
            False,
            True,
        ),
        ("delete-history", ["You are Sales."], False, False),
    ],
)
async def test_a_transfer_changes_the_context_as_its_mode_says(mode, systems, tool_kept, past_kept):
    destination = {"type": "assistant", "assistantName": "Sales", "message": "Je vous le passe."}
    engine = models([["Bien.", call("transferCall", destination="Sales")]], ["Oui."])
    talk = Talk(squad({**destination, **({"transferMode": mode} if mode else {})}), engine)
    await talk.open()
    reply = await talk.hear("Les ventes ?")
    assert reply.text == "Bien. Je vous le passe. Les ventes, bonjour."
    await talk.hear("Oui ?")
    sales = engine.models["Sales"]
    assert sales.system() == systems
    roles = [one["role"] for one in sales.asked[-1]]
    assert ("tool" in roles) is tool_kept
    assert ("Les ventes ?" in [one["content"] for one in sales.asked[-1]]) is past_kept


async def test_a_rolling_transfer_appends_the_new_instructions_where_it_happened():
    engine = models([call("transferCall", destination="Sales")], ["Oui."])
    talk = Talk(squad({"type": "assistant", "assistantName": "Sales", "message": ""}), engine)
    await talk.hear("Les ventes ?")
    await talk.hear("Oui ?")
    shown = [one["content"] for one in engine.models["Sales"].asked[-1]]
    assert shown.index("You are Front.") < shown.index("Les ventes ?")
    assert shown.index("Les ventes ?") < shown.index("You are Sales.")
    assert shown.index("You are Sales.") < shown.index("Les ventes, bonjour.")


async def test_an_assistant_without_a_first_message_answers_what_was_asked():
    engine = models([call("handoff_to_Sales")], ["Une remise de dix pour cent."])
    talk = Talk(squad(handoff(), second=assistant("Sales")), engine)
    assert (await talk.hear("Une remise ?")).text == "Une remise de dix pour cent."


async def test_variables_pass_on_from_arguments_and_from_the_conversation():
    plan = {
        "schema": {"type": "object", "properties": {"city": {"type": "string"}}},
        "aliases": [{"key": "where", "value": "à {{city}}"}],
    }
    extracted = call("save_variables", city="Lyon", other="x")
    engine = models(
        [call("handoff_to_Sales", destination="Sales", mood="gai"), extracted], ["Oui."]
    )
    sales = assistant("Sales", prompt="{{where}} {{mood}} {{offer}} {{shop}}")
    cast = squad(handoff(variableExtractionPlan=plan), second=sales)
    talk = Talk(cast, engine, facts=Facts(NOW, variable_values={"shop": "s1"}))
    await talk.hear("Je suis à Lyon")
    assert engine.models["Sales"].system() == ["à Lyon gai remise s1"]
    assert talk.now.variables == {"shop": "s1", "city": "Lyon", "mood": "gai", "where": "à Lyon"}
    # Three answers, the one that only extracted counted too.
    assert (talk.now.prompt_tokens, talk.now.completion_tokens) == (30, 15)


async def test_nobody_talks_a_model_into_being_another_customer():
    engine = models([call("handoff_to_Sales", destination="Sales", customer="x", call=1)], ["Oui."])
    sales = assistant("Sales", prompt="{{customer.number}}")
    facts = Facts(NOW, customer={"number": "+336"})
    talk = Talk(squad(handoff(), second=sales), engine, facts=facts)
    await talk.hear("?")
    assert engine.models["Sales"].system() == ["+336"]


async def test_two_assistants_that_pass_the_caller_back_and_forth_are_stopped():
    engine = models([], [])
    engine.models["Front"].last = call("handoff_to_Sales")
    engine.models["Sales"].last = call("handoff_to_Front")
    cast = squad(handoff())
    silent = tuple(
        Member({**one.assistant, "firstMessage": ""}, one.assistant_id, one.destinations)
        for one in cast.members
    )
    talk = Talk(Cast(silent), engine)
    reply = await talk.hear("?")
    assert sum(isinstance(one, HandedOff) for one in reply.events) == 5
    assert reply.ended is None
    assert any("too often" in one for one in engine.warnings)
    engine.models["Front"].last = engine.models["Sales"].last = "Je suis là."
    assert (await talk.hear("Et maintenant ?")).text == "Je suis là."


async def test_a_destination_outside_the_squad_joins_it(tool_server):
    joined = Cast((Member(assistant("Night", firstMessage="La nuit."), "id-night"),))
    tool = {"type": "handoff", "destinations": [{"type": "assistant", "assistantId": "id-night"}]}
    engine = models([call("handoff_to_id-night")])
    engine.models["Night"] = ScriptedModel()
    engine.casts["id-night"] = joined
    talk = Talk(squad(tools=[tool]), engine, passes=True)
    assert (await talk.hear("?")).text == "La nuit."
    await talk.hear("Bonsoir")
    assert talk.now.assistant["name"] == "Night"
    assert engine.models["Night"].system() == ["You are Night."]


async def test_a_squad_takes_over_at_the_member_that_is_named():
    engine = models([call("handoff_to_id-squad")], ["Oui."])
    engine.casts["id-squad"] = squad()
    destination = {"type": "squad", "squadId": "id-squad", "entryAssistantName": "sales"}
    talk = Talk(squad(tools=[{"type": "handoff", "destinations": [destination]}]), engine)
    assert (await talk.hear("?")).text == "Les ventes, bonjour."
    destination["entryAssistantName"] = "nobody"
    engine.models["Front"].answers = [call("handoff_to_id-squad"), "Désolé."]
    talk = Talk(squad(tools=[{"type": "handoff", "destinations": [destination]}]), engine)
    assert (await talk.hear("?")).text == "Désolé."


async def test_a_server_decides_where_to_go(tool_server):
    dynamic = {"type": "dynamic", "server": {"url": tool_server.url("echo")}}
    tool = {"type": "handoff", "destinations": [dynamic], "function": {"name": "route"}}
    tool_server.answer = {"destination": handoff(), "result": "Vers les ventes."}
    engine = models([call("route", destination="dynamic", area=69)], ["Oui."])
    talk = Talk(squad(tools=[tool]), engine)
    assert (await talk.hear("?")).text == "Les ventes, bonjour."
    assert tool_server.received[0]["message"]["parameters"] == {"area": 69}
    assert "Vers les ventes." in [one["content"] for one in talk.now.history]
    for answer in (
        {"error": "Fermé."},
        {},
        None,
        {"destination": dynamic},
        {"destination": {"type": 3}},
    ):
        tool_server.answer = answer
        engine.models["Front"].answers = [call("route"), "Désolé."]
        talk = Talk(squad(tools=[tool]), engine)
        assert (await talk.hear("?")).text == "Désolé."
        assert talk.now.assistant["name"] == "Front"


@pytest.mark.parametrize("kind", ["500", "html", "huge"])
async def test_a_server_that_cannot_decide_leaves_the_caller_where_they_are(tool_server, kind):
    tool = {"type": "transferCall", "server": {"url": tool_server.url(kind)}}
    engine = models([call("transferCall"), "Je reste."])
    talk = Talk(squad(tools=[tool]), engine)
    reply = await talk.hear("?")
    assert (reply.text, reply.ended) == ("Je reste.", None)


async def test_a_call_is_transferred_after_the_words_that_announce_it():
    number = {
        "type": "number",
        "number": "+33123456789",
        "callerId": "{{customer.number}}",
        "message": {
            "type": "custom-message",
            "contents": [{"type": "text", "text": "Je vous passe Zoé.", "language": "fr"}],
        },
    }
    engine = models([call("transferCall", destination="+33123456789")])
    facts = Facts(NOW, customer={"number": "+33600000000"})
    talk = Talk(
        squad(tools=[{"type": "transferCall", "destinations": [number]}]), engine, facts=facts
    )
    reply = await talk.hear("Un humain")
    assert isinstance(reply.events[-2], Say)
    assert reply.text == "Je vous passe Zoé."
    transfer = reply.events[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.destination["callerId"] == "+33600000000"
    assert reply.ended == "assistant-forwarded-call"
    assert len(engine.models["Front"].asked) == 1


@pytest.mark.parametrize(
    ("message", "said"), [(None, "Je transfère votre appel."), ("", ""), ("Patience.", "Patience.")]
)
async def test_a_transfer_is_announced_unless_told_otherwise(message, said):
    sip = {"type": "sip", "sipUri": "sip:zoe@example.org"}
    sip |= {} if message is None else {"message": message}
    engine = models([call("transferCall")])
    reply = await Talk(squad(tools=[{"type": "transferCall", "destinations": [sip]}]), engine).hear(
        "?"
    )
    assert reply.text == said


async def test_a_destination_that_is_none_is_told_to_the_model():
    engine = models([call("transferCall", destination="+1"), "Désolé."])
    destinations = [{"type": "number", "number": "+33123456789"}, {"type": "number"}]
    tool = {"type": "transferCall", "destinations": destinations}
    reply = await Talk(squad(tools=[tool]), engine).hear("?")
    assert (reply.text, reply.ended) == ("Désolé.", None)
    engine.models["Front"].answers = [call("transferCall", destination="Nobody"), "Désolé."]
    tool = {
        "type": "transferCall",
        "destinations": [{"type": "assistant", "assistantName": "Nobody"}],
    }
    assert (await Talk(squad(tools=[tool]), engine).hear("?")).text == "Désolé."


async def test_an_interruption_after_a_handoff_does_not_hide_what_comes_next():
    plan = {"contextEngineeringPlan": {"type": "none"}}
    engine = models([["Je vous passe les ventes.", call("handoff_to_Sales")]], ["Bien sûr."])
    talk = Talk(squad(handoff(**plan)), engine)
    await talk.hear("Les ventes")
    talk.now.take_back()
    await talk.hear("Les ventes, pour une remise")
    shown = [one.get("content") for one in engine.models["Sales"].asked[-1]]
    assert shown == ["You are Sales.", "Les ventes, pour une remise"]


async def test_each_assistant_s_functions_go_to_its_own_server(tool_server):
    """Though their models are alike."""
    spoke = []

    class Noting(Engine):
        def model(self, assistant):
            spoke.append(assistant.get("server"))
            return super().model(assistant)

    front = assistant("Front", firstMessage="A", prompt="same", server={"url": "a"})
    sales = assistant("Sales", firstMessage="B", prompt="same", server={"url": "b"})
    cast = Cast((Member(front), Member(sales)))
    engine = Noting({"Front": ScriptedModel(), "Sales": ScriptedModel()})
    talk = Talk(cast, engine)
    await talk.do(lambda now: now.hand_off({"type": "assistant", "assistantName": "Sales"}))
    assert spoke == [{"url": "a"}, {"url": "b"}]


async def test_a_handoff_from_outside_is_made_too():
    talk = Talk(squad(), models([], ["Oui."]))
    reply = await talk.do(lambda now: now.hand_off({"type": "assistant", "assistantName": "Sales"}))
    assert reply.text == "Les ventes, bonjour."
