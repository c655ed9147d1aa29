"""Functions the owner's server does, and APIs asked directly: kind servers and hostile ones."""

import pytest
from scripted_talk import Engine, ScriptedModel, Talk, assistant, call, function

from allokoli.engine.conversation.events import EndCall, Say, ToolAnswered
from allokoli.engine.conversation.tools.tool import server_timeout_s


def results(talk: Talk) -> list[str]:
    return [one["content"] for one in talk.now.history if one["role"] == "tool"]


async def asked(tool, *answers, server=None, arguments=None, engine=None, **more):
    """A turn in which the model asks for the only tool."""
    name = tool.get("function", {}).get("name") or tool.get("name") or tool["type"]
    model = ScriptedModel([call(name, "c1", **(arguments or {})), *(answers or ("Voilà.",))])
    engine = engine or Engine({"Ada": model}, server)
    engine.models = {"Ada": model}
    talk = Talk(assistant("Ada", tool, **more), engine)
    return await talk.hear("S'il vous plaît"), talk, model


# Function tools


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("500", "status 500"),
        ("html", "It failed"),
        ("wrong-id", "no result for this call"),
        ("huge", "too long"),
        ("404", "status 404"),
    ],
)
async def test_a_server_that_fails_is_told_to_the_model_and_the_call_goes_on(
    tool_server, kind, told
):
    tool = function("book", server={"url": tool_server.url(kind)})
    reply, talk, _ = await asked(tool, "Désolé.")
    assert reply.text == "Désolé."
    assert told in results(talk)[0]
    assert [one.failed for one in reply.events if isinstance(one, ToolAnswered)] == [True]


@pytest.mark.parametrize(
    "answer",
    [None, 3, "x", [], {}, {"results": 3}, {"results": [3]}, {"results": [{"toolCallId": None}]}],
)
async def test_an_answer_of_any_other_shape_is_an_error(tool_server, answer):
    tool_server.answer = answer
    tool = function("book", server={"url": tool_server.url("echo")})
    reply, talk, _ = await asked(tool)
    assert reply.text == "Voilà."
    assert results(talk)[0].startswith('{"error"')


async def test_a_server_that_hangs_is_given_up_at_its_time(tool_server):
    tool = function("book", server={"url": tool_server.url("held"), "timeoutSeconds": 0.3})
    reply, talk, _ = await asked(tool)
    assert reply.text == "Voilà."
    assert "did not answer within" in results(talk)[0]


async def test_no_server_at_all_is_an_error():
    _, talk, _ = await asked(function("book"))
    assert "there is no server" in results(talk)[0]


async def test_its_own_server_comes_before_the_calls(tool_server):
    own, calls = {"url": tool_server.url("kind")}, {"url": tool_server.url("500")}
    _, talk, _ = await asked(function("book", server=own), server=calls)
    assert results(talk) == ["done"]


async def test_errors_and_messages_of_a_server_are_told_and_spoken(tool_server):
    tool = function("book", server={"url": tool_server.url("echo")})
    tool_server.answer = {"results": [{"toolCallId": "c1", "error": "complet"}]}
    _, talk, _ = await asked(tool)
    assert results(talk) == ['{"error": "complet"}']
    said = {"type": "request-complete", "content": "C'est noté."}
    tool_server.answer = {"results": [{"toolCallId": "c1", "result": {"n": 1}, "message": said}]}
    reply, talk, model = await asked(tool)
    assert reply.text == "C'est noté."
    assert results(talk) == ['{"n": 1}']
    assert len(model.asked) == 1


async def test_what_the_model_gave_never_replaces_the_owners_parameters(tool_server):
    tool = function(
        "book",
        server={"url": tool_server.url("kind")},
        parameters=[
            {"key": "shop", "value": "paris"},
            {"key": "who", "value": "{{customer.number}} {{day}}"},
            {"key": "deep", "value": {"list": ["{{day}}"], "n": 2}},
        ],
    )
    await asked(tool, arguments={"shop": "rome", "day": "lundi"})
    sent = tool_server.received[0]["message"]["toolCallList"][0]["parameters"]
    assert sent == {
        "shop": "paris", "day": "lundi", "who": " lundi", "deep": {"list": ["lundi"], "n": 2},
    }  # fmt: skip


async def test_an_async_function_is_not_awaited(tool_server):
    tool = {**function("notify", server={"url": tool_server.url("held")}), "async": True}
    reply, talk, _ = await asked(tool, "C'est parti.")
    assert reply.text == "C'est parti."
    assert results(talk) == ["Started."]
    await tool_server.reached.wait()


async def test_an_async_function_says_it_is_complete_at_once_and_never_how_it_ended(tool_server):
    messages = [
        {"type": "request-start", "content": "Attendez."},
        {"type": "request-complete", "content": "C'est parti."},
        {"type": "request-failed", "content": "Raté."},
    ]
    tool = {**function("notify", server={"url": tool_server.url("500")}, messages=messages)}
    reply, _, model = await asked({**tool, "async": True})
    assert (reply.text, len(model.asked)) == ("C'est parti.", 1)


async def test_variables_are_taken_from_an_answer(tool_server):
    tool_server.answer = {"results": [{"toolCallId": "c1", "result": '{"n": {"first": "Zoé"}}'}]}
    plan = {
        "schema": {"type": "object", "properties": {"n": {"type": "object"}}},
        "aliases": [{"key": "who", "value": "{{n.first | upcase}}"}, {"key": "0bad", "value": "x"}],
    }
    tool = function("find", server={"url": tool_server.url("echo")}, variableExtractionPlan=plan)
    _, talk, model = await asked(tool, prompt="Say {{who}} {{n.first}}.")
    assert talk.now.variables == {"n": {"first": "Zoé"}, "who": "ZOÉ"}
    assert model.system() == ["Say ZOÉ Zoé."]


@pytest.mark.parametrize("kind", ["bash", "computer", "textEditor"])
async def test_machine_tools_go_to_the_server_and_run_nothing_here(tool_server, kind):
    tool = {"type": kind, "subType": "x", "name": kind, "server": {"url": tool_server.url("kind")}}
    _, talk, _ = await asked(tool, arguments={"command": "rm -rf /"})
    assert results(talk) == ["done"]
    assert tool_server.received[0]["message"]["type"] == "tool-calls"


# What is said meanwhile


def spoken(reply) -> list[str]:
    return [one.text for one in reply.events if isinstance(one, Say)]


async def test_messages_are_said_before_and_after_in_the_callers_language(tool_server):
    messages = [
        {
            "type": "request-start",
            "contents": [
                {"type": "text", "text": "One moment.", "language": "en"},
                {"type": "text", "text": "Un instant, {{day}}.", "language": "fr"},
            ],
        },
        {"type": "request-complete", "content": "Réservé.", "endCallAfterSpokenEnabled": True},
    ]
    tool = function("book", server={"url": tool_server.url("kind")}, messages=messages)
    reply, talk, model = await asked(tool, arguments={"day": "lundi"})
    assert spoken(reply) == ["Un instant, lundi.", "Réservé."]
    assert reply.ended == "assistant-ended-call"
    assert len(model.asked) == 1
    assert talk.now.history[1]["content"] == "Un instant, lundi."


async def test_a_blocking_message_is_heard_before_anything_is_done(tool_server):
    messages = [{"type": "request-start", "content": "J'appelle.", "blocking": True}]
    tool = function("book", server={"url": tool_server.url("kind")}, messages=messages)
    model = ScriptedModel([call("book"), "Fait."])
    talk = Talk(assistant("Ada", tool), Engine({"Ada": model}))
    events = talk.now.hear("?")
    said = [await anext(events), await anext(events)][-1]
    assert said == Say("J'appelle.", awaited=True)
    assert tool_server.received == []
    await anext(events)
    assert len(tool_server.received) == 1
    await events.aclose()


async def test_what_fails_is_said_in_its_own_words_or_hinted(tool_server):
    said = {"type": "request-failed", "content": "C'est impossible."}
    tool = function("book", server={"url": tool_server.url("500")}, messages=[said])
    reply, _, model = await asked(tool)
    assert (reply.text, len(model.asked)) == ("C'est impossible.", 1)
    tool["messages"] = [{**said, "role": "system", "content": "Propose mardi."}]
    reply, _, model = await asked(tool)
    assert reply.text == "Voilà."
    assert model.asked[1][-1] == {"role": "system", "content": "Propose mardi."}


async def test_a_slow_function_is_excused_in_stages(tool_server):
    messages = [
        {"type": "request-response-delayed", "content": "Encore.", "timingMilliseconds": 150},
        {"type": "request-response-delayed", "content": "Patience.", "timingMilliseconds": 100},
    ]
    tool = function("book", server={"url": tool_server.url("held")}, messages=messages)
    model = ScriptedModel([call("book"), "Fait."])
    talk = Talk(assistant("Ada", tool), Engine({"Ada": model}))
    said = []
    async for event in talk.now.hear("?"):
        if isinstance(event, Say):
            said.append(event.text)
        if len(said) == 2:
            tool_server.release.set()
    assert said == ["Patience.", "Encore.", "Fait."]


@pytest.mark.parametrize(
    ("operator", "value", "given", "said"),
    [
        ("eq", "vip", "vip", True), ("eq", "3", 3, True), ("eq", "true", True, True),
        ("neq", "vip", "vip", False), ("gt", "3", 4, True), ("gt", "3", 3, False),
        ("gte", "3", 3, True), ("lt", "3", "x", False), ("lte", "3", 3.0, True),
        ("?", "1", 1, False),
    ],
)  # fmt: skip
async def test_a_message_is_chosen_by_the_arguments(tool_server, operator, value, given, said):
    condition = {"param": "who", "operator": operator, "value": value}
    messages = [
        {"type": "request-complete", "content": "Pour vous.", "conditions": [condition]},
        {"type": "request-complete", "content": "Pour tous."},
    ]
    tool = function("book", server={"url": tool_server.url("kind")}, messages=messages)
    reply, _, _ = await asked(tool, arguments={"who": given})
    assert reply.text == ("Pour vous." if said else "Pour tous.")


# Rejection

GOODBYE = {
    "type": "regex",
    "regex": r"(?i)\b(au revoir|merci)\b",
    "target": {"role": "user"},
    "negate": True,
}
LOOP = {
    "type": "liquid",
    "liquid": "{% assign u = messages | where: 'role', 'user' %}{{ u.size | at_most: 1 }}",
}


@pytest.mark.parametrize(
    ("conditions", "rejected"),
    [
        ([GOODBYE], True),
        ([{**GOODBYE, "negate": False}], False),
        ([{"type": "liquid", "liquid": "{% if messages.size > 0 %}true{% endif %}"}], True),
        ([LOOP], False),
        ([{"type": "liquid", "liquid": "{% broken"}], False),
        ([{"type": "regex", "regex": "("}], False),
        ([{"type": "regex", "regex": "(x+x+)+y"}], False),
        ([{"type": "regex", "regex": ".", "target": {"position": 99}}], False),
        ([{"type": "group", "operator": "OR", "conditions": [GOODBYE, LOOP]}], True),
        ([{"type": "group", "operator": "AND", "conditions": [GOODBYE, LOOP]}], False),
        ([GOODBYE, LOOP], False),
        ([], False),
        ("nonsense", False),
    ],
)
async def test_a_plan_rejects_when_all_its_conditions_hold(tool_server, conditions, rejected):
    tool = {"type": "endCall", "rejectionPlan": {"conditions": conditions}}
    model = ScriptedModel([call("endCall"), "Je reste."])
    talk = Talk(assistant("Ada", tool), Engine({"Ada": model}))
    reply = await talk.hear("x" * 200)
    assert (reply.ended is None) is rejected
    assert isinstance(reply.events[-1], EndCall) is not rejected


# API requests


def api(url: str, **more):
    return {"type": "apiRequest", "name": "weather", "method": "POST", "url": url, **more}


async def test_an_api_is_asked_with_what_the_model_and_the_owner_give(tool_server):
    tool_server.answer = {"sky": "clair", "days": [{"t": 20}]}
    tool = api(
        tool_server.url("echo") + "/in/{{city}}?for={{customer.number}}",
        headers={
            "type": "object",
            "properties": {"x-shop": {"type": "string", "value": "s{{city}}"}},
        },
        body={
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string", "value": "C"}},
            "required": ["city"],
        },
        parameters=[{"key": "source", "value": "call"}],
        credentialId="cred",
        variableExtractionPlan={
            "aliases": [
                {"key": "sky", "value": "{{sky}}"},
                {"key": "warm", "value": "{{$.days[0].t}}"},
                {"key": "found", "value": "{{tool.response.headers.x-found}}"},
            ]
        },
    )
    engine = Engine({}, credentials={"cred": {"token": "k"}})
    reply, talk, model = await asked(tool, arguments={"city": "Aix/../?a=b"}, engine=engine)
    assert reply.text == "Voilà."
    assert tool_server.received == [{"city": "Aix/../?a=b", "unit": "C", "source": "call"}]
    assert tool_server.lines == [("POST", "echo/in/Aix%2F..%2F%3Fa%3Db?for=")]
    assert tool_server.heads[0]["authorization"] == "Bearer k"
    assert tool_server.heads[0]["x-shop"] == "sAix/../?a=b"
    assert talk.now.variables == {"sky": "clair", "warm": "20", "found": "here"}
    offered = model.tools[0][0]["function"]["parameters"]
    assert offered == {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }


async def test_an_api_is_asked_again_as_its_plan_says(tool_server):
    tool_server.failures, tool_server.answer = 2, {"ok": True}
    plan = {"type": "exponential", "maxRetries": 3, "baseDelaySeconds": 0.01}
    _, talk, _ = await asked(api(tool_server.url("flaky"), backoffPlan=plan))
    assert len(tool_server.received) == 3
    assert results(talk) == ['{"ok":true}']
    tool_server.failures = 9
    plan["excludedStatusCodes"] = [503]
    _, talk, _ = await asked(api(tool_server.url("flaky"), backoffPlan=plan))
    assert len(tool_server.received) == 4
    assert "HTTP 503" in results(talk)[0]


async def test_an_api_read_by_get_has_its_body_in_the_address(tool_server):
    tool_server.answer = []
    body = {"type": "object", "properties": {"q": {"type": "string"}}}
    tool = api(tool_server.url("echo"), body=body, method="GET")
    await asked(tool, arguments={"q": "a b"})
    assert tool_server.lines == [("GET", "echo?q=a+b")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"url": "http://127.0.0.1:1/x"}, "It failed"),
        ({"url": "file:///etc/passwd"}, "not http or https"),
        ({"url": "{% broken"}, "its address"),
        ({"url": ""}, "It failed"),
        ({"url": "http://169.254.169.254/latest"}, "not one this installation sends to"),
        ({"method": "BREW"}, "its method"),
        ({"credentialId": "none"}, "no such credential"),
        ({"timeoutSeconds": 0.2, "kind": "held"}, "no answer"),
        ({"kind": "huge"}, "too long"),
        ({"kind": "500"}, "HTTP 500"),
    ],
)
async def test_an_api_that_cannot_be_asked_is_an_error(tool_server, change, told):
    kind = change.pop("kind", "echo")
    _, talk, _ = await asked({**api(tool_server.url(kind)), **change})
    assert told in results(talk)[0]


async def test_an_answer_in_words_is_given_as_it_is(tool_server):
    _, talk, _ = await asked(api(tool_server.url("html")))
    assert results(talk) == ["<html>hello</html>"]


async def test_many_tools_at_once_do_not_wait_for_the_one_that_hangs(tool_server):
    slow = function("slow", server={"url": tool_server.url("held"), "timeoutSeconds": 0.3})
    quick = function("quick", server={"url": tool_server.url("kind")})
    model = ScriptedModel([[call("slow", "1"), call("quick", "2")], "Voilà."])
    talk = Talk(assistant("Ada", slow, quick), Engine({"Ada": model}))
    events = [one async for one in talk.now.hear("?")]
    answered = [one for one in events if isinstance(one, ToolAnswered)]
    assert [one.call.name for one in answered] == ["quick", "slow"]


@pytest.mark.parametrize(
    ("server", "longest_s"),
    [
        (None, 30.0),
        ({"timeoutSeconds": 5}, 15.0),
        ({"timeoutSeconds": True, "backoffPlan": "never"}, 30.0),
        (
            {
                "timeoutSeconds": 1,
                "backoffPlan": {"type": "exponential", "maxRetries": 3, "baseDelaySeconds": 2},
            },
            4 * 1 + 2 + 4 + 8 + 10,
        ),
        ({"timeoutSeconds": 1e308, "backoffPlan": {"maxRetries": 1e308}}, 11 * 300 + 10),
    ],
)
def test_a_server_is_given_the_time_of_all_its_tries_and_pauses(server, longest_s):
    assert server_timeout_s(server) == longest_s
