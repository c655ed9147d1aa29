"""Hooks, silences, keys: what happens outside of the caller's words."""

import pytest
from scripted_talk import Engine, ScriptedModel, Talk, assistant, function

from allokoli.engine.conversation.events import Say, ToolAnswered


def silent(*actions, on="customer.speech.timeout", **options):
    return {"on": on, "options": options, "do": list(actions)}


def say(text):
    return {"type": "say", "exact": text}


def talk_of(*hooks, model=None, server=None, **more) -> Talk:
    return Talk(
        assistant("Ada", hooks=list(hooks), **more),
        Engine({"Ada": model or ScriptedModel()}, server),
        passes=True,
    )


async def waited(talk: Talk, *seconds: float) -> list[str]:
    said = []
    for one in seconds:
        reply = await talk.do(lambda now, one=one: now.waited(one))
        said.append(reply.text)
    return said


async def test_a_silence_sets_a_hook_off_once_and_only_so_often():
    talk = talk_of(silent(say("Allô ?"), timeoutSeconds=5, triggerMaxCount=2))
    assert await waited(talk, 4.9, 5, 6, 9) == ["", "Allô ?", "", ""]
    # The clock starts again after each word of the assistant.
    assert await waited(talk, 1, 5) == ["", "Allô ?"]
    assert await waited(talk, 1, 5, 60) == ["", "", ""]


@pytest.mark.parametrize(("mode", "again"), [("onUserSpeech", "Allô ?"), ("never", ""), (None, "")])
async def test_the_count_starts_anew_when_asked_for(mode, again):
    options = {"timeoutSeconds": 5, "triggerMaxCount": 1}
    talk = talk_of(silent(say("Allô ?"), **options, **({"triggerResetMode": mode} if mode else {})))
    await waited(talk, 5)
    await talk.hear("Oui, je suis là")
    assert await waited(talk, 1, 5) == ["", again]


async def test_each_silence_has_its_own_hooks():
    talk = talk_of(
        silent(say("Un."), timeoutSeconds=3, on="customer.speech.timeout[n=1]"),
        silent(say("Deux."), timeoutSeconds=8),
    )
    assert talk.now.waits == [3.0, 8.0]
    assert await waited(talk, 3, 8) == ["Un.", "Deux."]


async def test_a_hook_may_let_the_model_speak():
    model = ScriptedModel(["Vous êtes là ?"])
    talk = talk_of(
        silent({"type": "say", "prompt": "Ask {{now | size}}."}, timeoutSeconds=2), model=model
    )
    assert await waited(talk, 2) == ["Vous êtes là ?"]
    assert model.system() == ["You are Ada.", "Ask 25."]
    assert [one["role"] for one in talk.now.history] == ["assistant"]


async def test_a_hook_may_add_a_message_and_use_a_tool(tool_server):
    add = {"type": "message.add", "message": {"role": "system", "content": "Be brief."}}
    tool = {"type": "tool", "tool": function("log", server={"url": tool_server.url("kind")})}
    model = ScriptedModel(["Bien."])
    hook = silent(
        {**add, "triggerResponseEnabled": False}, tool, {"type": "tool"}, timeoutSeconds=2
    )
    talk = talk_of(hook, model=model)
    reply = await talk.do(lambda now: now.waited(2))
    assert len(tool_server.received) == 1
    assert reply.text == ""
    assert [one["role"] for one in talk.now.history] == ["system", "assistant", "tool"]
    assert talk.engine.warnings == ["A hook has no tool that can be run."]
    again = await talk_of(silent(add, timeoutSeconds=2), model=model).do(lambda now: now.waited(2))
    assert again.text == "Bien."


async def test_the_end_of_a_call_runs_its_hooks_and_says_nothing(tool_server):
    filters = [{"type": "oneOf", "key": "call.endedReason", "oneOf": ["customer-ended-call"]}]
    tool = {"type": "tool", "tool": function("log", server={"url": tool_server.url("kind")})}
    hook = {"on": "call.ending", "filters": filters, "do": [tool, say("x")]}
    talk = talk_of(hook)
    assert (await talk.do(lambda now: now.ending("silence-timed-out"))).events == []
    reply = await talk.do(lambda now: now.ending("customer-ended-call"))
    assert [one.failed for one in reply.events if isinstance(one, ToolAnswered)] == [False]
    assert not any(isinstance(one, Say) for one in reply.events)


async def test_each_side_cutting_the_other_short_has_its_hooks():
    talk = talk_of(
        {"on": "assistant.speech.interrupted", "do": [say("Oui ?")]},
        {"on": "customer.speech.interrupted", "do": [say("Pardon.")]},
    )
    assert (await talk.do(lambda now: now.interrupted_by("user"))).text == "Oui ?"
    assert (await talk.do(lambda now: now.interrupted_by("assistant"))).text == "Pardon."


@pytest.mark.parametrize(
    "hooks",
    [3, [3], [{}], [{"on": "customer.speech.timeout"}], [{"on": 3, "do": 4}],
     [silent({"type": "say"}, {"type": "x"}, 3, {"type": "message.add"}, timeoutSeconds="x")]],
)  # fmt: skip
async def test_hooks_of_any_other_shape_do_nothing(hooks):
    talk = Talk(assistant("Ada", hooks=hooks), Engine({"Ada": ScriptedModel()}))
    reply = await talk.do(lambda now: now.waited(60))
    assert reply.events == []
    assert (await talk.do(lambda now: now.ending("x"))).events == []


# Keys


def keys(**plan) -> Talk:
    return talk_of(model=ScriptedModel(last="Noté."), keypadInputPlan={"enabled": True, **plan})


async def test_keys_are_gathered_until_a_delimiter():
    talk = keys(delimiters=["#"])
    for digits in ("1", "2", "x3"):
        assert (await talk.do(lambda now, d=digits: now.press(d))).events == []
    assert (await talk.do(lambda now: now.press("#"))).text == "Noté."
    assert talk.now.history[0]["content"] == "User's Keypad Entry: 123"


async def test_keys_are_answered_when_no_other_comes():
    talk = keys(timeoutSeconds=3)
    await talk.do(lambda now: now.press("42"))
    assert talk.now.keypad_wait_s == 3.0
    assert (await talk.do(lambda now: now.pressed())).text == "Noté."
    assert (await talk.do(lambda now: now.pressed())).events == []


async def test_keys_are_answered_at_once_or_not_at_all_as_the_plan_says():
    assert (await keys(timeoutSeconds=0).do(lambda now: now.press("7"))).text == "Noté."
    talk = talk_of(model=ScriptedModel())
    assert (await talk.do(lambda now: now.press("7#"))).events == []
    assert talk.now.state == {}


async def test_endless_keys_are_bounded():
    talk = keys(delimiters=["#"])
    await talk.do(lambda now: now.press("1" * 100_000))
    assert len(talk.now.state["digits"]) == 100
