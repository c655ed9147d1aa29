"""Talks to any model that serves OpenAI's chat completions."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx2
from openai import AsyncOpenAI, OpenAIError
from openai.types.chat import ChatCompletionChunk

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.chat_model import (
    Delta,
    Message,
    ModelFailed,
    TextDelta,
    ToolCall,
    Usage,
)
from allokoli.engine.models.network import ModelTransport
from allokoli.engine.models.providers import CUSTOM, failed

LLM_FAILED = failed(CUSTOM)
_CONNECT_TIMEOUT_S = 5.0
_NO_KEY = "none"
_MAX_ANSWER_CHARS = 20_000
_MAX_ANSWER_S = 120.0
_MAX_CALLS = 16
_MAX_ARGUMENTS_CHARS = 50_000
_TROUBLE = (
    OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, ServerFailed, ValueError, TypeError,
    AttributeError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where a model is and how to ask it.

    Attributes:
        url: base URL; `/chat/completions` is added.
        model: its name there.
        timeout_s: longest wait for the next piece of an answer, in seconds.
        headers: sent with each request; may hold a key.
        options: sampling options, in OpenAI's names.
        extra: further properties of the request's body (Vapi's `metadata`, `call`, …).
        key: sent as a bearer; none when empty.
        ended_reason: Vapi's literal for a call that ends because this model failed.
        title: what the call's log names it.
        trusted: whether the installation's operator named the address, which may be private then.
        authenticate: gives further headers just before a request, for a key that is not known
            beforehand; None for none. It raises `ServerFailed`.
    """

    url: str
    model: str
    timeout_s: float = 20.0
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    options: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict, repr=False)
    key: str = field(default="", repr=False)
    ended_reason: str = LLM_FAILED
    title: str = "the model"
    trusted: bool = False
    authenticate: Callable[[], Awaitable[dict[str, str]]] | None = None


class OpenAICompatible:
    """A `ChatModel` over HTTP.

    Args:
        settings: where and how.
        transport: carries the requests; the network, guarded, when None.
    """

    def __init__(
        self, settings: ModelSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.settings = settings
        self._transport = transport
        self._client: AsyncOpenAI | None = None

    async def stream(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncGenerator[Delta]:
        """Answer, piece by piece. See `ChatModel`."""
        asked: dict[str, Any] = {
            "model": self.settings.model,
            "messages": messages,
            "stream": True,
            **self.settings.options,
        }
        if tools:
            asked["tools"] = tools
        calls = _Calls(_names(tools))
        said = 0
        async with contextlib.aclosing(self._chunks(asked)) as chunks:
            async for chunk in chunks:
                try:
                    deltas = _read(chunk, calls)
                except _TROUBLE as error:
                    raise self._failed(type(error).__name__) from None
                for delta in deltas:
                    said += len(delta.text) if isinstance(delta, TextDelta) else 0
                    if said > _MAX_ANSWER_CHARS:
                        raise self._failed("endless answer")
                    yield delta
        whole, broken = calls.whole()
        if broken and not said and not whole:
            raise self._failed("garbled function call")
        for call in whole:
            yield call
        if not said and not whole:
            raise self._failed("empty answer")

    async def close(self) -> None:
        """Release the connections."""
        if self._client is not None:
            await self._client.close()

    def _opened(self) -> AsyncOpenAI:
        """The client, made when it is first needed: of a chain, most models never are.

        Raises:
            httpx2.InvalidURL: the model has no valid address.
        """
        if self._client is None:
            settings = self.settings
            timeout = httpx2.Timeout(settings.timeout_s, connect=_CONNECT_TIMEOUT_S)
            self._client = AsyncOpenAI(
                base_url=settings.url,
                api_key=settings.key or _NO_KEY,
                default_headers=settings.headers,
                timeout=timeout,
                max_retries=0,
                http_client=httpx2.AsyncClient(
                    transport=self._transport or ModelTransport(trusted=settings.trusted),
                    timeout=timeout,
                    follow_redirects=False,
                    trust_env=False,
                ),
            )
        return self._client

    async def _chunks(self, asked: dict[str, Any]) -> AsyncGenerator[ChatCompletionChunk]:
        """The pieces as they come, each within its time and all within the turn's."""
        deadline = monotonic() + _MAX_ANSWER_S
        # Waiting for the answer to begin and for its first piece is one wait.
        first_by = monotonic() + self.settings.timeout_s
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                authenticate = self.settings.authenticate
                answer = await self._opened().chat.completions.create(
                    **asked,
                    extra_body=self.settings.extra,
                    extra_headers=await authenticate() if authenticate else None,
                )
            async with answer:
                pieces = aiter(answer)
                wait_s = first_by - monotonic()
                while True:
                    # A server that only sends comments is silent, however much it sends.
                    async with asyncio.timeout(max(wait_s, 0.0)):
                        chunk = await anext(pieces, None)
                    if chunk is None:
                        return
                    yield chunk
                    wait_s = min(self.settings.timeout_s, deadline - monotonic())
        except TimeoutError:
            raise self._failed("too slow") from None
        except _TROUBLE as error:
            status = getattr(error, "status_code", None)
            raise self._failed(str(status or type(error).__name__)) from None

    def _failed(self, reason: str) -> ModelFailed:
        return ModelFailed(reason, self.settings.ended_reason)


@dataclass(slots=True)
class _PartialCall:
    id: str = ""
    name: str = ""
    arguments: str = ""


class _Calls:
    """The functions an answer asks for, as their pieces come.

    Args:
        offered: names of the functions the model may ask for.
    """

    def __init__(self, offered: frozenset[str]) -> None:
        self._offered = offered
        self._parts: list[_PartialCall] = []
        self._by_index: dict[int, _PartialCall] = {}

    def add(self, index: int | None, id_: str | None, name: str, arguments: str) -> None:
        """Take a piece.

        Raises:
            ValueError: there is no end to them.
        """
        index = index or 0
        part = self._by_index.get(index)
        # Some number each of several calls 0 and send each whole, under its own id.
        if part is None or (id_ and part.id and id_ != part.id and name):
            if len(self._parts) == _MAX_CALLS:
                raise ValueError("too many function calls")
            part = self._by_index[index] = _PartialCall()
            self._parts.append(part)
        part.id = id_ or part.id
        part.name += name
        part.arguments += arguments
        if len(part.arguments) > _MAX_ARGUMENTS_CHARS or len(part.name) > _MAX_ARGUMENTS_CHARS:
            raise ValueError("endless function call")

    def whole(self) -> tuple[list[ToolCall], bool]:
        """The calls that can be made, and whether others were garbled."""
        calls = [
            ToolCall(part.id or f"call_{uuid4().hex[:24]}", part.name, arguments)
            for part in self._parts
            if part.name in self._offered and (arguments := _object(part.arguments)) is not None
        ]
        return calls, len(calls) < len(self._parts)


def _read(chunk: ChatCompletionChunk, calls: _Calls) -> list[Delta]:
    read: list[Delta] = []
    if chunk.usage is not None:
        read.append(Usage(chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0))
    if not chunk.choices:
        return read
    delta = chunk.choices[0].delta
    if delta is None:
        return read
    if delta.content:
        # PostgreSQL keeps no null characters.
        read.append(TextDelta(delta.content.replace("\0", "")))
    for piece in delta.tool_calls or ():
        function = piece.function
        calls.add(
            piece.index,
            piece.id,
            (function.name or "") if function else "",
            (function.arguments or "") if function else "",
        )
    return read


def _object(arguments: str) -> str | None:
    """Arguments as JSON text of an object; None when they are none."""
    if not arguments.strip():
        return "{}"
    try:
        return arguments if isinstance(json.loads(arguments), dict) else None
    except (ValueError, RecursionError):
        return None


def _names(tools: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(str((tool.get("function") or {}).get("name")) for tool in tools)
