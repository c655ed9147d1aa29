"""What an assistant does in a chat beside speaking: tools, knowledge, hand-overs, hooks."""

import asyncio
import json

import pytest
from scripted_model import scripted_model
from serving import on_a_port
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from allokoli.engine.chats import working


class ToolServer:
    """Answers tool calls as it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict] = []
        self.answer = "Il reste une table."
        self.broken = False

    async def __call__(self, scope, receive, send) -> None:
        message = (await Request(scope, receive).json())["message"]
        self.asked.append(message)
        results = [
            {"toolCallId": one["id"], "name": one["function"]["name"], "result": self.answer}
            for one in message.get("toolCallList", ())
        ]
        response = Response(status_code=500) if self.broken else JSONResponse({"results": results})
        await response(scope, receive, send)


@pytest.fixture
async def tools():
    made = ToolServer()
    async with on_a_port(made) as made.url:
        yield made


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


def _function(tools, name: str = "tables") -> dict:
    parameters = {"type": "object", "properties": {"day": {"type": "string"}}}
    function = {"name": name, "description": "Tables libres", "parameters": parameters}
    return {"type": "function", "function": function, "server": {"url": tools.url}}


async def _post(http, path="/chat", **body) -> dict:
    answer = await http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_tool_is_called_and_its_result_told(http, tenant, model, tools) -> None:
    assistant = model.assistant(model={"tools": [_function(tools)]})
    model.script = [{"tool": "tables", "arguments": {"day": "samedi"}}, "Il en reste une."]
    chat = await tenant.sdk().chats.create(assistant=assistant, input="Une table samedi ?")
    asked, told, said = chat.output
    assert asked.role == "assistant"
    [call] = asked.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "tables", {"day": "samedi"},
    )  # fmt: skip
    assert (told.role, told.content, told.tool_call_id) == ("tool", tools.answer, call.id)
    assert said.content == "Il en reste une."
    assert tools.asked[0]["chat"]["id"] == chat.id
    model.script = ["Oui."]
    await _post(http, previousChatId=chat.id, input="Sûr ?")
    roles = [one["role"] for one in model.requests[-1]["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


async def test_words_around_a_tool_are_streamed_to_their_own_message(http, model, tools) -> None:
    assistant = model.assistant(model={"tools": [_function(tools)]})
    model.script = [{"tool": "tables"}, "Il en reste une."]
    async with http.stream(
        "POST", "/chat", json={"assistant": assistant, "input": "Une table ?", "stream": True}
    ) as answer:
        lines = (await answer.aread()).decode().splitlines()
    events = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    words = "".join(one["delta"] for one in events if one["path"] == events[-1]["path"])
    assert words == "Il en reste une."
    kept = (await http.get(f"/chat/{events[0]['id']}")).json()
    number = int(events[-1]["path"].split("[")[1].split("]")[0])
    assert kept["output"][number]["content"] == "Il en reste une."


async def test_a_tool_server_that_fails_is_told_to_the_model_only(http, model, tools) -> None:
    tools.broken = True
    assistant = model.assistant(model={"tools": [_function(tools)]})
    model.script = [{"tool": "tables"}, "Je ne peux pas le voir."]
    chat = await _post(http, assistant=assistant, input="Une table ?")
    assert chat["output"][-1]["content"] == "Je ne peux pas le voir."
    assert chat["output"][1]["role"] == "tool"


async def test_a_result_the_client_brings_is_answered(http, model) -> None:
    asked = {"id": "c1", "type": "function", "function": {"name": "heure", "arguments": "{}"}}
    model.script = ["Il est midi."]
    chat = await _post(
        http,
        assistant=model.assistant(),
        input=[
            {"role": "user", "content": "Quelle heure est-il ?"},
            {"role": "assistant", "tool_calls": [asked]},
            {"role": "tool", "tool_call_id": "c1", "content": "12:00"},
        ],
    )
    assert chat["output"] == [{"role": "assistant", "content": "Il est midi."}]
    assert [one["role"] for one in model.requests[0]["messages"]] == ["user", "assistant", "tool"]


async def test_a_function_never_answered_does_not_reach_the_model(http, model) -> None:
    asked = {"id": "c1", "type": "function", "function": {"name": "heure", "arguments": "{}"}}
    await _post(
        http,
        assistant=model.assistant(),
        input=[
            {"role": "assistant", "tool_calls": [asked]},
            {"role": "tool", "tool_call_id": "other", "content": "12:00"},
            {"role": "user", "content": "Bonjour"},
        ],
    )
    assert [one["role"] for one in model.requests[0]["messages"]] == ["user"]


async def test_an_assistant_answers_from_a_knowledge_base(http, tenant, model, run_jobs) -> None:
    sdk = tenant.sdk()
    file = await sdk.files.create(file=("menu.txt", "La pizza reine coûte 12 euros.".encode()))
    await run_jobs()
    base = (await http.post("/v2/knowledge-base", json={"name": "Carte"})).json()
    await http.post(f"/v2/knowledge-base/{base['id']}/file", json={"fileId": file.id})
    tool_id = (await http.get(f"/v2/knowledge-base/{base['id']}")).json()["toolId"]
    name = (await http.get(f"/tool/{tool_id}")).json()["function"]["name"]
    model.script = [{"tool": name, "arguments": {"query": "prix pizza reine"}}, "12 euros."]
    chat = await _post(
        http,
        assistant=model.assistant(model={"toolIds": [tool_id]}),
        input="Combien coûte la reine ?",
    )
    assert "12 euros" in chat["output"][1]["content"]


async def test_a_squad_hands_over_and_the_session_stays_there(http, model) -> None:
    second = model.assistant(model={"messages": [{"role": "system", "content": "Cuisine."}]})
    first = model.assistant(model={"messages": [{"role": "system", "content": "Accueil."}]})
    destination = {"type": "assistant", "assistantName": "Cuisine", "description": "La cuisine"}
    squad = {
        "members": [
            {"assistant": first | {"name": "Accueil"}, "assistantDestinations": [destination]},
            {"assistant": second | {"name": "Cuisine"}},
        ]
    }
    made = await _post(http, "/session", squad=squad)
    model.script = ["Bonjour."]
    await _post(http, sessionId=made["id"], input="Bonjour")
    [tool] = model.requests[0]["tools"]
    properties = tool["function"].get("parameters", {}).get("properties", {})
    arguments = dict.fromkeys(properties, "Cuisine")
    model.script = [{"tool": tool["function"]["name"], "arguments": arguments}, "Ici la cuisine."]
    await _post(http, sessionId=made["id"], input="La cuisine ?")
    model.script = ["Toujours là."]
    await _post(http, sessionId=made["id"], input="Et maintenant ?")
    last = model.requests[-1]
    assert {"role": "system", "content": "Cuisine."} in last["messages"]
    assert "tools" not in last
    messages = (await http.get(f"/session/{made['id']}")).json()["messages"]
    said = [one["content"] for one in messages if one["role"] == "assistant" and one["content"]]
    assert said[-2:] == ["Ici la cuisine.", "Toujours là."]
    assert "conversationState" not in (await http.get(f"/session/{made['id']}")).json()


async def test_a_session_that_opens_runs_its_hooks_before_its_first_chat(
    http, model, tools
) -> None:
    hook = {"on": "session.created", "do": [{"type": "tool", "tool": _function(tools, "ouvre")}]}
    made = await _post(http, "/session", assistant=model.assistant(hooks=[hook]))
    await asyncio.gather(*working.at_work._tasks)
    assert [one["type"] for one in tools.asked] == ["tool-calls"]
    assert tools.asked[0]["session"]["id"] == made["id"]
    chat = await _post(http, sessionId=made["id"], input="Bonjour")
    assert chat["output"][0]["content"] == "D'accord."
