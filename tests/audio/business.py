"""What stands behind an assistant in tests: a model of rules, and a shop's own servers."""

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

Body = dict[str, Any]
# A caller who is not understood says it again, as people do; what is compared is what was done.
REPEAT = "Pouvez-vous répéter ?"


class RuledModel:
    """Answers each request by the first rule whose words the caller just said.

    Args:
        rules: (pattern of the caller's words, functions to call with their arguments, words to say
            once they answered or when there are none).
    """

    def __init__(self, rules: list[tuple[str, list[tuple[str, Body]], str]]) -> None:
        self.rules = rules
        self.url = ""

    def model(self, **fields: Any) -> Body:
        return {"provider": "custom-llm", "url": self.url, "model": "ruled", **fields}

    async def __call__(self, scope, receive, send) -> None:
        asked = await Request(scope, receive).json()
        offered = {tool["function"]["name"] for tool in asked.get("tools", ())}
        spoken = [i for i, one in enumerate(asked["messages"]) if one["role"] == "user"]
        last_user = spoken[-1] if spoken else len(asked["messages"])
        words = asked["messages"][last_user]["content"].lower() if spoken else ""
        calls, text = self._decide(words, offered)
        if any(one["role"] == "tool" for one in asked["messages"][last_user:]):
            calls = []
        answer = StreamingResponse(_stream(calls, text), media_type="text/event-stream")
        await answer(scope, receive, send)

    def _decide(self, words: str, offered: set[str]) -> tuple[list[tuple[str, Body]], str]:
        for pattern, calls, text in self.rules:
            known = [one for one in calls if one[0] in offered]
            if re.search(pattern, words) and (known or not calls):
                return known, text
        return [], REPEAT


async def _stream(calls: list[tuple[str, Body]], text: str):
    deltas: list[Body] = [{"role": "assistant", "content": "" if calls else text}]
    for index, (name, arguments) in enumerate(calls):
        function = {"name": name, "arguments": json.dumps(arguments)}
        call = {"index": index, "id": f"call_{name}", "type": "function", "function": function}
        deltas.append({"tool_calls": [call]})
    for delta in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        yield f"data: {json.dumps({'id': 'x', 'choices': [choice]})}\n\n"
    yield "data: [DONE]\n\n"


class Shop:
    """The business's own servers: one for tool calls, one for requests."""

    def __init__(self) -> None:
        self.url = ""
        self.booked: list[Body] = []
        self.asked: list[str] = []

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        answer: Response
        if request.url.path == "/stock":
            self.asked.append(request.url.query or (await request.body()).decode())
            answer = JSONResponse({"left": 3, "dish": "lasagnes"})
        else:
            message = (await request.json())["message"]
            if message["type"] != "tool-calls":
                answer = JSONResponse({})
            else:
                call = message["toolCallList"][0]
                self.booked.append(json.loads(call["function"]["arguments"]))
                result = {"toolCallId": call["id"], "name": "book", "result": "table 7"}
                answer = JSONResponse({"results": [result]})
        await answer(scope, receive, send)
