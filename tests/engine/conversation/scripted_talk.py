"""A model that answers by script, the engine around a conversation, and a server that obeys."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from allokoli.engine import servers
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.chat_model import Delta, Message, TextDelta, ToolCall, Usage
from allokoli.engine.conversation.collecting import Collected, collected
from allokoli.engine.conversation.conversation import Conversation, Facts

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ORG = UUID(int=7)

Answer = str | Exception | Delta | list[Any] | Callable[[list[Message], list[Any]], Any]


def call(name: str, id_: str = "", **arguments: Any) -> ToolCall:
    """A function the model asks for."""
    return ToolCall(id_, name, json.dumps(arguments))


@dataclass
class ScriptedModel:
    """Gives its answers in order; notes what it was asked."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[list[Message]] = field(default_factory=list)
    offered: list[list[str]] = field(default_factory=list)
    tools: list[list[dict[str, Any]]] = field(default_factory=list)
    closed: int = 0
    last: Answer = "D'accord."

    async def stream(self, messages: list[Message], tools: list[Any]) -> AsyncIterator[Delta]:
        self.asked.append(json.loads(json.dumps(messages)))
        self.offered.append([one["function"]["name"] for one in tools])
        self.tools.append(tools)
        answer = self.answers.pop(0) if self.answers else self.last
        if callable(answer):
            answer = answer(messages, tools)
        for piece in answer if isinstance(answer, list) else [answer]:
            if isinstance(piece, Exception):
                raise piece
            if asyncio.iscoroutine(piece):
                await piece
                continue
            yield TextDelta(piece) if isinstance(piece, str) else piece
        yield Usage(10, 5)

    async def close(self) -> None:
        self.closed += 1

    def system(self, turn: int = -1) -> list[str]:
        """The instructions it was given."""
        return [one["content"] for one in self.asked[turn] if one["role"] == "system"]


@dataclass
class Engine:
    """A `Backstage`: models by the assistant's name, servers over real HTTP."""

    models: dict[str, ScriptedModel]
    server: dict[str, Any] | None = None
    casts: dict[str, Cast] = field(default_factory=dict)
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    passages: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    searched: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    wanted: list[dict[str, Any]] = field(default_factory=list)

    def model(self, assistant: dict[str, Any]) -> ScriptedModel:
        model = assistant.get("model")
        named = model.get("model") if isinstance(model, dict) else None
        return self.models.get(str(named)) or self.models.get(
            str(assistant.get("name")), next(iter(self.models.values()))
        )

    async def ask_server(
        self, kind: str, fields: dict[str, Any], server: dict[str, Any] | None = None
    ) -> Any:
        self.requests.append((kind, fields))
        to = server or self.server
        if to is None:
            raise ServerFailed("there is no server")
        return await servers.ask(ORG, to, {"message": {"type": kind, **fields}})

    async def headers_for(self, credential_id: str) -> dict[str, str]:
        if credential_id not in self.credentials:
            raise ServerFailed("there is no such credential")
        return {"authorization": f"Bearer {self.credentials[credential_id]['token']}"}

    async def credential(self, provider: str) -> dict[str, Any] | None:
        return self.credentials.get(provider)

    async def search(self, knowledge: dict[str, Any], query: str) -> list[str]:
        self.searched.append((knowledge, query))
        return self.passages

    async def find_cast(self, body: dict[str, Any]) -> Cast:
        self.wanted.append(body)
        name = str(body.get("assistantId") or body.get("squadId") or "")
        if name in self.casts:
            return self.casts[name]
        if body.get("assistant"):
            overrides = body.get("assistantOverrides") or {}
            return Cast((Member({**body["assistant"], **overrides}),))
        raise ServerFailed("what was named does not exist")

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


def assistant(name: str = "Ada", *tools: dict[str, Any], prompt: str = "", **more: Any) -> Any:
    """An assistant as Vapi writes it."""
    messages = [{"role": "system", "content": prompt or f"You are {name}."}]
    return {"name": name, "model": {"messages": messages, "tools": list(tools)}, **more}


def function(name: str, **more: Any) -> dict[str, Any]:
    """A function tool."""
    return {"type": "function", "function": {"name": name, **more.pop("function", {})}, **more}


class Talk:
    """A conversation held in one process, or handed from one to the next at every turn.

    Args:
        cast: who may answer, or the only assistant.
        engine: the engine around.
        passes: whether each turn begins in a process that knows only what was stored.
    """

    def __init__(
        self,
        cast: Cast | dict[str, Any],
        engine: Engine,
        *,
        passes: bool = False,
        facts: Facts | None = None,
    ) -> None:
        self.cast = cast if isinstance(cast, Cast) else Cast((Member(cast),))
        self.engine = engine
        self.facts = facts or Facts(NOW)
        self.passes = passes
        self.now = Conversation(self.cast, engine, self.facts)

    async def open(self) -> Collected:
        return await collected(self.now.open())

    async def hear(self, text: str) -> Collected:
        return await self.do(lambda now: now.hear(text))

    async def do(self, what: Callable[[Conversation], AsyncIterator[Any]]) -> Collected:
        if self.passes:
            history, state = json.loads(json.dumps([self.now.history, self.now.state]))
            cast = Cast.from_json(json.loads(json.dumps(self.cast.to_json())))
            await self.now.aclose()
            self.now = Conversation(cast, self.engine, self.facts, history, state)
        return await collected(what(self.now))


class ToolServer:
    """Does what its path says; notes what it was sent."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.heads: list[dict[str, str]] = []
        self.lines: list[tuple[str, str]] = []
        self.answer: Any = None
        self.failures = 0
        self.release = asyncio.Event()
        self.reached = asyncio.Event()
        self._arrivals = asyncio.Semaphore(0)
        self.app = Starlette(
            routes=[
                Route("/{kind}", self._serve, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
                Route(
                    "/{kind}/{rest:path}",
                    self._serve,
                    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                ),
            ]
        )

    async def arrived(self, count: int) -> None:
        """Wait for so many requests."""
        for _ in range(count):
            await self._arrivals.acquire()

    async def _serve(self, request: Request) -> Response:
        raw = await request.body()
        body = json.loads(raw) if raw.startswith((b"{", b"[")) else {"raw": raw.decode()}
        self.received.append(body)
        self.heads.append(dict(request.headers))
        query = request.scope["query_string"].decode()
        line = request.scope["raw_path"].decode() + (f"?{query}" if query else "")
        self.lines.append((request.method, line.removeprefix("/")))
        self.reached.set()
        self._arrivals.release()
        message = body.get("message", {}) if isinstance(body, dict) else {}
        ids = [one["id"] for one in message.get("toolCallList", ())]
        done = {"results": [{"toolCallId": one, "result": "done"} for one in ids]}
        late = {"results": [{"toolCallId": one, "result": "late"} for one in ids]}
        kind = request.path_params["kind"]
        if kind == "held":
            await self.release.wait()
        self.failures -= kind == "flaky"
        answers: dict[str, Callable[[], Response]] = {
            "kind": lambda: JSONResponse(done),
            "held": lambda: JSONResponse(late),
            "echo": lambda: JSONResponse(self.answer, headers={"x-found": "here"}),
            "500": lambda: Response("broken", 500),
            "html": lambda: Response("<html>hello</html>", media_type="text/html"),
            "wrong-id": lambda: JSONResponse({"results": [{"toolCallId": "no", "result": "x"}]}),
            "huge": lambda: StreamingResponse(_endless(), media_type="application/json"),
            "flaky": lambda: (
                Response("no", 503) if self.failures >= 0 else JSONResponse(self.answer)
            ),
        }
        return answers.get(kind, lambda: Response(status_code=404))()


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(1_000_000):
        yield b"[" * 65_536
