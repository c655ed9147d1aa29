"""A turn: the model speaks, asks for functions, speaks again; nothing is lost or done twice."""

import asyncio
import contextlib
import json

import pytest
from scripted_talk import Engine, ScriptedModel, Talk, ToolServer, assistant, call, function

from allokoli.engine.conversation.chat_model import ModelFailed, ToolCall
from allokoli.engine.conversation.events import EndCall, Say, ToolAnswered, ToolsCalled

LLM_FAILED = "pipeline-error-custom-llm-llm-failed"


def engine(model: ScriptedModel, server: ToolServer | None = None, kind: str = "kind") -> Engine:
    return Engine({"Ada": model}, {"url": server.url(kind)} if server else None)


def shapes(history) -> list[str]:
    return [
        f"{one['role']}:{len(one['tool_calls'])}" if one.get("tool_calls") else one["role"]
        for one in history
    ]


async def test_the_model_goes_on_with_what_its_function_gave(tool_server):
    model = ScriptedModel([["Un instant.", call("book", "c1", day="lundi")], "C'est réservé."])
    talk = Talk(assistant("Ada", function("book")), engine(model, tool_server))
    reply = await talk.hear("Réservez lundi")
    assert reply.text == "Un instant. C'est réservé."
    kinds = [type(one) for one in reply.events]
    assert kinds == [Say, ToolsCalled, ToolAnswered, Say]
    assert shapes(talk.now.history) == ["user", "assistant:1", "tool", "assistant"]
    assert talk.now.history[2]["content"] == "done"
    assert model.asked[1][-1] == talk.now.history[2]
    sent = tool_server.received[0]["message"]
    assert sent["toolCallList"][0]["function"]["arguments"] == '{"day": "lundi"}'
    assert sent["toolCallList"][0]["parameters"] == {"day": "lundi"}
    assert sent["toolWithToolCallList"][0]["toolCall"]["id"] == "c1"


async def test_words_before_a_function_are_voiced_before_it_runs(tool_server):
    model = ScriptedModel([["Je regarde.", call("look")], "Voilà."])
    talk = Talk(assistant("Ada", function("look")), engine(model, tool_server))
    async with contextlib.aclosing(talk.now.hear("?")) as events:
        assert await anext(events) == Say("Je regarde.")
        assert tool_server.received == []


async def test_functions_of_one_answer_run_side_by_side(tool_server):
    model = ScriptedModel([[call("a", "1"), call("b", "2")], "Fait."])
    tools = [function(name, server={"url": tool_server.url("held")}) for name in ("a", "b")]
    talk = Talk(assistant("Ada", *tools), engine(model))
    turn = asyncio.create_task(talk.hear("Les deux"))
    await tool_server.arrived(2)
    tool_server.release.set()
    assert (await turn).text == "Fait."
    assert [one["content"] for one in talk.now.history if one["role"] == "tool"] == ["late"] * 2


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (ToolCall("1", "nothing", "{}"), "There is no function named nothing"),
        (ToolCall("1", "book", "{not json"), "not a JSON object"),
        (ToolCall("1", "book", "[1]"), "not a JSON object"),
        (ToolCall("1", "book", "[" * 100_000), "not a JSON object"),
    ],
)
async def test_a_call_that_makes_no_sense_is_told_to_the_model(tool_server, asked, told):
    model = ScriptedModel([asked, "Pardon."])
    talk = Talk(assistant("Ada", function("book")), engine(model, tool_server))
    reply = await talk.hear("?")
    assert reply.text == "Pardon."
    assert told in talk.now.history[2]["content"]
    assert tool_server.received == []
    # The next model reads arguments that are JSON, whatever this one wrote.
    json.loads(talk.now.history[1]["tool_calls"][0]["function"]["arguments"])


async def test_calls_with_no_id_or_the_same_get_their_own(tool_server):
    model = ScriptedModel([[call("a"), call("a", "x"), call("a", "x")], "Bien."])
    talk = Talk(assistant("Ada", function("a")), engine(model, tool_server))
    await talk.hear("?")
    ids = [one["tool_call_id"] for one in talk.now.history if one["role"] == "tool"]
    assert len(set(ids)) == 3
    assert all(ids)


async def test_a_model_that_never_stops_asking_is_stopped(tool_server):
    model = ScriptedModel(last=call("a"))
    talk = Talk(assistant("Ada", function("a")), engine(model, tool_server))
    await talk.hear("?")
    assert len(model.asked) == 9
    assert model.offered[-1] == []
    model.last = "Je suis là."
    assert (await talk.hear("Et maintenant ?")).text == "Je suis là."


async def test_only_so_many_functions_run_in_one_answer(tool_server):
    model = ScriptedModel([[call("a") for _ in range(40)], "Bien."])
    talk = Talk(assistant("Ada", function("a")), engine(model, tool_server))
    reply = await talk.hear("?")
    assert len(tool_server.received) == 16
    assert sum(one.failed for one in reply.events if isinstance(one, ToolAnswered)) == 24


async def test_a_prompt_of_a_megabyte_is_given_whole():
    model = ScriptedModel()
    prompt = "x" * 1_000_000 + " {{ name }}"
    talk = Talk(assistant("Ada", prompt=prompt, firstMessage="Bonjour"), engine(model))
    await talk.hear("?")
    assert len(model.system()[0]) == 1_000_001


async def test_hanging_up_by_function_says_the_last_words_when_none_were_said():
    model = ScriptedModel([call("endCall")])
    settings = assistant("Ada", {"type": "endCall"}, endCallMessage="Au revoir.")
    reply = await Talk(settings, engine(model)).hear("C'est tout")
    assert reply.text == "Au revoir."
    assert reply.ended == "assistant-ended-call"
    model = ScriptedModel([["Merci !", call("endCall")]])
    reply = await Talk(settings, engine(model)).hear("C'est tout")
    assert reply.text == "Merci !"


async def test_hanging_up_on_a_silent_caller_is_named_so():
    model = ScriptedModel([["Vous êtes là ?"], call("endCall")])
    talk = Talk(assistant("Ada", {"type": "endCall"}), engine(model))
    await talk.hear("")
    assert (await talk.hear("")).ended == "silence-timed-out"


async def test_a_phrase_of_the_assistant_ends_the_call():
    model = ScriptedModel(["Merci, À BIENTÔT !"])
    talk = Talk(assistant("Ada", endCallPhrases=["à bientôt"]), engine(model))
    assert (await talk.hear("Salut")).ended == "assistant-said-end-call-phrase"


async def test_a_model_that_fails_after_a_function_is_asked_again_and_then_excused(tool_server):
    failed = ModelFailed("away", LLM_FAILED)
    model = ScriptedModel([call("a"), failed, "Me revoilà."])
    talk = Talk(assistant("Ada", function("a")), engine(model, tool_server))
    assert (await talk.hear("?")).text == "Me revoilà."
    model.answers = [call("a"), failed, failed]
    reply = await talk.hear("Et là ?")
    assert reply.ended == LLM_FAILED
    assert "problème technique" in reply.text
    assert len(tool_server.received) == 2


# Interruptions


async def test_an_interruption_keeps_what_was_heard_of_each_part(tool_server):
    model = ScriptedModel([["Un petit instant.", call("a")], "Votre table est prête lundi soir."])
    talk = Talk(assistant("Ada", function("a")), engine(model, tool_server))
    await talk.hear("Alors ?")
    talk.now.cut("Un petit instant. Votre table")
    said = [one["content"] for one in talk.now.history if one["role"] == "assistant"]
    assert said == ["Un petit instant.", "Votre table"]
    talk.now.cut("")
    assert shapes(talk.now.history) == ["user", "assistant:1", "tool"]
    assert talk.now.history[1]["content"] is None


async def test_an_interruption_of_words_still_waiting_for_others_cuts_both():
    model = ScriptedModel(["Nous avons une table lundi soir."])
    talk = Talk(assistant("Ada"), engine(model))
    await talk.hear("Alors ?")
    await talk.do(lambda now: now.say_out_of_turn("Vous êtes là ?"))
    said = lambda: [o["content"] for o in talk.now.history if o["role"] == "assistant"]  # noqa: E731
    talk.now.cut("Nous avons une table lundi soir. Vous")
    assert said() == ["Nous avons une table lundi soir.", "Vous"]
    talk.now.cut("Nous avons")
    assert said() == ["Nous avons"]


async def test_a_turn_taken_back_forgets_words_but_not_deeds(tool_server):
    model = ScriptedModel([["Je réserve.", call("book")], "Réservé.", "Pour quatre, bien."])
    talk = Talk(assistant("Ada", function("book")), engine(model, tool_server))
    await talk.hear("Bonjour")
    talk.now.take_back()
    assert shapes(talk.now.history) == ["assistant:1", "tool"]
    await talk.hear("Bonjour, une table pour quatre")
    assert len(tool_server.received) == 1
    assert [one["role"] for one in model.asked[-1]] == ["system", "assistant", "tool", "user"]


async def test_a_function_interrupted_midway_is_awaited_and_never_done_twice(tool_server):
    model = ScriptedModel([call("book"), "C'est fait."])
    tool = function("book", server={"url": tool_server.url("held")})
    talk = Talk(assistant("Ada", tool), engine(model))

    async def follow():
        async for _ in talk.now.hear("Réservez"):
            pass

    turn = asyncio.create_task(follow())
    await tool_server.reached.wait()
    turn.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await turn
    talk.now.cut("")
    assert "not known yet" in talk.now.history[-1]["content"]
    tool_server.release.set()
    assert (await talk.hear("Alors ?")).text == "C'est fait."
    assert len(tool_server.received) == 1
    assert "late" in [one["content"] for one in model.asked[-1]]


async def test_a_function_interrupted_midway_does_not_hang_up_later(tool_server):
    model = ScriptedModel([call("transferCall"), "Je suis là."])
    tool_server.answer = {"destination": {"type": "number", "number": "+33123456789"}}
    tool = {"type": "transferCall", "server": {"url": tool_server.url("held")}}
    talk = Talk(assistant("Ada", tool), engine(model))
    events = talk.now.hear("Passez-moi quelqu'un")

    async def follow():
        async for _ in events:
            pass

    turn = asyncio.create_task(follow())
    await tool_server.reached.wait()
    turn.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await turn
    tool_server.release.set()
    reply = await talk.hear("Non, attendez")
    assert reply.ended is None
    assert reply.text == "Je suis là."


async def test_an_answer_given_up_midway_keeps_what_was_said():
    model = ScriptedModel([["Nous avons ", "trois tables."]])
    talk = Talk(assistant("Ada"), engine(model))
    events = talk.now.hear("?")
    await anext(events)
    await events.aclose()
    assert talk.now.history[-1] == {"role": "assistant", "content": "Nous avons"}


# Words from outside


async def test_words_from_outside_are_remembered():
    model = ScriptedModel(["Oui."])
    talk = Talk(assistant("Ada"), engine(model))
    said = await talk.do(lambda now: now.say_out_of_turn("Un instant.", end="manually-canceled"))
    assert (said.text, said.ended) == ("Un instant.", "manually-canceled")
    await talk.do(lambda now: now.add_message({"role": "bot", "message": "Bien."}, respond=False))
    assert [one["content"] for one in talk.now.history] == ["Un instant.", "Bien."]
    added = {"role": "system", "content": "La cuisine ferme."}
    assert (await talk.do(lambda now: now.add_message(added, respond=True))).text == "Oui."
    assert model.system() == ["You are Ada.", "La cuisine ferme."]


@pytest.mark.parametrize("message", [{}, {"role": "user"}, {"role": "x", "content": "y"}, {"a": 1}])
async def test_a_message_that_is_none_is_left_out(message):
    model = ScriptedModel()
    talk = Talk(assistant("Ada"), engine(model))
    reply = await talk.do(lambda now: now.add_message(message, respond=True))
    assert reply.events == []
    assert talk.now.history == []


# First messages


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("assistant-speaks-first", "Bonjour Zoé."),
        ("assistant-waits-for-user", ""),
        ("assistant-speaks-first-with-model-generated-message", "Je vous écoute."),
    ],
)
async def test_the_first_message_follows_its_mode(mode, said):
    model = ScriptedModel(["Je vous écoute."])
    settings = assistant(
        "Ada", firstMessage="Bonjour {{ customer.name | default: 'Zoé' }}.", firstMessageMode=mode
    )
    talk = Talk(settings, engine(model))
    assert (await talk.open()).text == said


async def test_the_first_message_is_cut_short_only_when_allowed():
    for allowed in (True, False):
        settings = assistant(firstMessage="Bonjour", firstMessageInterruptionsEnabled=allowed)
        reply = await Talk(settings, engine(ScriptedModel())).open()
        assert reply.events == [Say("Bonjour", interruptible=allowed)]


async def test_an_answering_machine_gets_its_message():
    settings = assistant(voicemailMessage="Rappelez-nous, {{name}}.")
    talk = Talk(settings, engine(ScriptedModel()))
    reply = await talk.do(lambda now: now.voicemail())
    assert reply.text == "Rappelez-nous, ."
    assert reply.events[-1] == EndCall("voicemail")


async def test_settings_of_any_other_shape_do_not_break_a_call():
    odd = {
        "name": "Ada", "model": "gpt", "transcriber": "x", "endCallPhrases": 3, "hooks": {},
        "firstMessage": 3, "keypadInputPlan": 4, "metadata": [], "endCallMessage": {},
        "tools:append": {"type": "endCall"},
    }  # fmt: skip
    talk = Talk(odd, Engine({"Ada": ScriptedModel(["Oui."])}))
    await talk.open()
    assert (await talk.hear("?")).text == "Oui."
