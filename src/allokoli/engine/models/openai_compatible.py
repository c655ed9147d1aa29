"""Talks to any model that serves OpenAI's chat completions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx2
from openai import AsyncOpenAI, OpenAIError
from openai.types.chat import ChatCompletionChunk

from allokoli.engine.conversation.chat_model import (
    Delta,
    Message,
    ModelFailed,
    TextDelta,
    ToolCall,
    Usage,
)

LLM_FAILED = "pipeline-error-custom-llm-llm-failed"
_CONNECT_TIMEOUT_S = 5.0
_NO_KEY = "none"
_MAX_ANSWER_CHARS = 20_000
_MAX_ANSWER_S = 120.0


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
    """

    url: str
    model: str
    timeout_s: float = 20.0
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    options: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict, repr=False)


class OpenAICompatible:
    """A `ChatModel` over HTTP.

    Args:
        settings: where and how.
        transport: carries the requests; the network when None.
    """

    def __init__(
        self, settings: ModelSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._settings = settings
        timeout = httpx2.Timeout(settings.timeout_s, connect=_CONNECT_TIMEOUT_S)
        self._client = AsyncOpenAI(
            base_url=settings.url,
            api_key=_NO_KEY,
            default_headers=settings.headers,
            timeout=timeout,
            max_retries=0,
            http_client=httpx2.AsyncClient(
                transport=transport, timeout=timeout, follow_redirects=False
            ),
        )

    async def stream(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncIterator[Delta]:
        """Answer, piece by piece. See `ChatModel`."""
        asked: dict[str, Any] = {
            "model": self._settings.model,
            "messages": messages,
            "stream": True,
            **self._settings.options,
        }
        if tools:
            asked["tools"] = tools
        calls: dict[int, _PartialCall] = {}
        received = 0
        deadline = monotonic() + _MAX_ANSWER_S
        try:
            answer = await self._client.chat.completions.create(
                **asked, extra_body=self._settings.extra
            )
            async with answer:
                async for chunk in answer:
                    if monotonic() > deadline:
                        raise ModelFailed("answer too slow", LLM_FAILED)
                    for delta in _read(chunk, calls):
                        received += len(delta.text) if isinstance(delta, TextDelta) else 0
                        if received > _MAX_ANSWER_CHARS:
                            raise ModelFailed("endless answer", LLM_FAILED)
                        yield delta
        except (OpenAIError, httpx2.HTTPError, ValueError, TypeError, AttributeError) as error:
            raise ModelFailed(type(error).__name__, LLM_FAILED) from None
        for call in calls.values():
            if call.name:
                yield ToolCall(call.id, call.name, call.arguments)
        if not received and not calls:
            raise ModelFailed("empty answer", LLM_FAILED)

    async def close(self) -> None:
        """Release the connections."""
        await self._client.close()


@dataclass(slots=True)
class _PartialCall:
    id: str = ""
    name: str = ""
    arguments: str = ""


def _read(chunk: ChatCompletionChunk, calls: dict[int, _PartialCall]) -> list[Delta]:
    read: list[Delta] = []
    if chunk.usage is not None:
        read.append(Usage(chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0))
    if not chunk.choices:
        return read
    delta = chunk.choices[0].delta
    if delta.content:
        read.append(TextDelta(delta.content))
    for piece in delta.tool_calls or ():
        call = calls.setdefault(piece.index, _PartialCall())
        call.id = piece.id or call.id
        if piece.function is not None:
            call.name += piece.function.name or ""
            call.arguments += piece.function.arguments or ""
    return read
