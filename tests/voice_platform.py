"""A voice platform on a local port that keeps Vapi's contract, until it is told to misbehave."""

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from mcp.server import MCPServer
from serving import on_a_port
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class Fault:
    """What goes wrong with requests whose method and path match.

    `how`: "refuse" answers `status` without doing anything, "break" does it and then answers 500,
    "hang up" does it and closes the connection, "garbage" answers something that is not JSON,
    "hold" waits for `release`.
    """

    method: str
    path: str
    how: str
    status: int = 500
    times: int = 1000
    release: asyncio.Event = field(default_factory=asyncio.Event)


class LocalVoicePlatform:
    """Its state is in plain sight; `requests` lists what it was asked."""

    def __init__(self) -> None:
        self.assistants: dict[str, dict[str, Any]] = {}
        self.phone_numbers: dict[str, dict[str, Any]] = {}
        self.calls: dict[str, dict[str, Any]] = {}
        self.replies: list[tuple[str, bool]] = []
        self.files: dict[str, bytes] = {}
        self.chats: dict[str, list[str]] = {}
        self.chat_requests: list[dict[str, Any]] = []
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.url = ""
        self._chat_answer: Callable[[list[str]], tuple[str, bool]] = lambda _: ("Oui ?", False)
        self._chat_lie: Any = None

    def fails(self, method: str, path: str, how: str, **options: Any) -> Fault:
        fault = Fault(method, path, how, **options)
        self.faults.append(fault)
        return fault

    def answers_chats(self, answer: Callable[[list[str]], tuple[str, bool]]) -> None:
        """Answer chats by what was said so far: (words, whether it hangs up)."""
        self._chat_answer = answer

    def lies_in_chats(self, answer: Any) -> None:
        """Answer every chat with this."""
        self._chat_lie = answer

    @contextlib.asynccontextmanager
    async def running(self):
        async with on_a_port(self._app(), lifespan="on") as self.url:
            try:
                yield self
            finally:
                for fault in self.faults:
                    fault.release.set()

    def _app(self) -> Any:
        app = self._mcp().streamable_http_app(stateless_http=True, json_response=True)
        app.router.routes.extend(
            [
                Route("/assistant", self._list_assistants, methods=["GET"]),
                Route("/assistant", self._create_assistant, methods=["POST"]),
                Route("/assistant/{id}", self._assistant, methods=["GET", "PATCH", "DELETE"]),
                Route("/phone-number", self._list_numbers, methods=["GET"]),
                Route("/phone-number/{id}", self._number, methods=["PATCH"]),
                Route("/call", self._create_call, methods=["POST"]),
                Route("/call/web", self._create_call, methods=["POST"]),
                Route("/call/{id}", self._call, methods=["GET", "DELETE"]),
                Route("/call/{id}/message", self._message, methods=["POST"]),
                Route("/call/{id}/control", self._control, methods=["POST"]),
                Route("/chat", self._chat, methods=["POST"]),
                Route("/chat/{id}", self._forget_chat, methods=["DELETE"]),
                Route("/file/{name}", self._file, methods=["GET"]),
            ]
        )
        return _Misbehaving(app, self)

    def _mcp(self) -> MCPServer:
        server = MCPServer("Local")

        @server.tool()
        def create_assistant(
            name: str,
            instructions: str = "",
            llm: dict[str, Any] | None = None,
            transcriber: dict[str, Any] | None = None,
            voice: dict[str, Any] | None = None,
            firstMessage: str = "",  # noqa: N803 - Vapi's name
            firstMessageMode: str = "",  # noqa: N803 - Vapi's name
        ) -> str:
            fault = self.fault("TOOL", "create_assistant")
            if fault and fault.how == "refuse":
                return f'Error: Status code: {fault.status} Body: {{"message": "no"}}'
            model = {**(llm or {}), "messages": [{"role": "system", "content": instructions}]}
            made = self.add_assistant(
                {"name": name, "model": model, "voice": voice, "firstMessage": firstMessage}
            )
            if fault and fault.how == "break":
                raise RuntimeError("after the fact")
            return json.dumps({"id": made["id"], "name": name})

        @server.tool()
        def list_phone_numbers() -> str:
            fault = self.fault("TOOL", "list_phone_numbers")
            if fault:
                return f"Error: Status code: {fault.status} Body: no"
            return json.dumps([{"id": one["id"]} for one in self.phone_numbers.values()])

        return server

    def fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == method and re.fullmatch(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def add_assistant(self, body: dict[str, Any]) -> dict[str, Any]:
        made = {"id": str(uuid4()), "orgId": "local", "createdAt": _now(), **body}
        self.assistants[made["id"]] = made
        return made

    def add_number(self, number: str, **fields: Any) -> dict[str, Any]:
        made = {
            "id": str(uuid4()),
            "number": number,
            "provider": "vapi",
            "status": "active",
            **fields,
        }
        self.phone_numbers[made["id"]] = made
        return made

    async def _list_assistants(self, _request: Request) -> Response:
        return JSONResponse(list(self.assistants.values()))

    async def _create_assistant(self, request: Request) -> Response:
        body = await request.json()
        if not isinstance(body.get("name"), str):
            return _bad_request("name must be a string")
        return JSONResponse(self.add_assistant(body), 201)

    async def _assistant(self, request: Request) -> Response:
        found = self.assistants.get(request.path_params["id"])
        if found is None:
            return JSONResponse({"message": "Not Found", "statusCode": 404}, 404)
        if request.method == "PATCH":
            found.update(await request.json())
        if request.method == "DELETE":
            del self.assistants[found["id"]]
        return JSONResponse(found)

    async def _list_numbers(self, _request: Request) -> Response:
        return JSONResponse(list(self.phone_numbers.values()))

    async def _number(self, request: Request) -> Response:
        found = self.phone_numbers[request.path_params["id"]]
        found.update(await request.json())
        return JSONResponse(found)

    async def _create_call(self, request: Request) -> Response:
        body = await request.json()
        call_id = str(uuid4())
        assistant = self.assistants.get(body["assistantId"])
        if assistant is None:
            return _bad_request("assistantId does not exist")
        transport = body.get("transport") or {"provider": "webrtc"}
        greeting = {"role": "bot", "message": assistant.get("firstMessage", "Bonjour"), "time": 1}
        self.calls[call_id] = {
            "id": call_id,
            "type": "webCall",
            "status": "in-progress",
            "createdAt": _now(),
            "startedAt": _now(),
            "assistantId": body["assistantId"],
            "transport": transport,
            "messages": [greeting] if transport["provider"] == "text" else [],
            "monitor": {"controlUrl": f"{self.url}/call/{call_id}/control?token=t"},
        }
        if request.url.path == "/call/web":
            self.calls[call_id]["webCallUrl"] = f"{self.url}/call/{call_id}/offer?token=t"
        return JSONResponse(self.calls[call_id], 201)

    async def _call(self, request: Request) -> Response:
        found = self.calls.get(request.path_params["id"])
        if found is None:
            return JSONResponse({"message": "Not Found", "statusCode": 404}, 404)
        if request.method == "DELETE":
            del self.calls[found["id"]]
        return JSONResponse(found)

    async def _message(self, request: Request) -> Response:
        call, body = self.calls[request.path_params["id"]], await request.json()
        content, ended = self.replies.pop(0) if self.replies else ("Très bien.", False)
        if body["content"]:
            call["messages"].append({"role": "user", "message": body["content"], "time": 2})
        call["messages"].append({"role": "bot", "message": content, "time": 3})
        if ended:
            self.end(call["id"], "assistant-ended-call")
        reply = {"content": content, "ended": ended}
        return JSONResponse({"message": {"role": "user", **body}, "reply": reply}, 201)

    async def _control(self, request: Request) -> Response:
        self.end(request.path_params["id"], "manually-canceled")
        return JSONResponse({"ok": True}, 201)

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.chat_requests.append(body)
        if self._chat_lie is not None:
            return JSONResponse(self._chat_lie, 201)
        if body["assistantId"] not in self.assistants:
            return _bad_request("assistantId does not exist")
        turns = [*self.chats.get(body.get("previousChatId", ""), ()), body["input"]]
        words, ended = self._chat_answer(turns)
        chat_id = str(uuid4())
        self.chats[chat_id] = turns
        output: list[dict[str, Any]] = [{"role": "assistant", "content": words}]
        if ended:
            function = {"name": "endCall", "arguments": "{}"}
            call = {"id": "1", "type": "function", "function": function}
            output.append({"role": "assistant", "content": "", "tool_calls": [call]})
        return JSONResponse({"id": chat_id, "output": output, "createdAt": _now()}, 201)

    async def _forget_chat(self, request: Request) -> Response:
        gone = self.chats.pop(request.path_params["id"], None)
        return JSONResponse({"message": "Not Found"}, 404) if gone is None else JSONResponse({})

    async def _file(self, request: Request) -> Response:
        return Response(self.files[request.path_params["name"]], media_type="audio/wav")

    def end(self, call_id: str, reason: str) -> None:
        self.calls[call_id] |= {"status": "ended", "endedReason": reason, "endedAt": _now()}


class _Misbehaving:
    def __init__(self, app: Any, platform: LocalVoicePlatform) -> None:
        self.app = app
        self.platform = platform

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.platform.requests.append((scope["method"], scope["path"]))
        fault = self.platform.fault(scope["method"], scope["path"])
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.how == "refuse":
            body = {"message": ["refused"], "statusCode": fault.status}
            await JSONResponse(body, fault.status)(scope, receive, send)
        elif fault.how == "garbage":
            await Response("<html>", media_type="text/html")(scope, receive, send)
        elif fault.how == "hold":
            await fault.release.wait()
            await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, _nowhere)
            if fault.how == "hang up":
                raise ConnectionError("hung up")
            await JSONResponse({"message": "broken"}, 500)(scope, receive, send)


async def _nowhere(_message: Any) -> None:
    return


def _bad_request(message: str) -> Response:
    return JSONResponse({"message": [message], "error": "Bad Request", "statusCode": 400}, 400)


def _now() -> str:
    return datetime.now(UTC).isoformat()
