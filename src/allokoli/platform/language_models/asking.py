"""One question to a model that serves OpenAI's chat completions, answered whole or not at all."""

import asyncio
import json
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from allokoli.core import outbound
from allokoli.vapi.regions import OwnModel

Problem = Literal["slow", "unreachable", "refused", "nonsense"]
_MAX_ANSWER_BYTES = 200_000
_MAX_TEXT_CHARS = 8_000
# Hosts that know the answer's length by its newer name only.
_NEWER_NAMES = ("api.openai.com", ".azure.com")
_REFUSALS = {400, 422}


class NoAnswer(Exception):
    """The model did not answer.

    Args:
        problem: how.
        status: of its HTTP answer, when there was one.
    """

    def __init__(self, problem: Problem, status: int | None = None) -> None:
        super().__init__(problem if status is None else f"{problem} ({status})")
        self.problem: Problem = problem
        self.status = status


async def ask(
    model: OwnModel,
    messages: list[dict[str, str]],
    *,
    timeout_s: float,
    max_tokens: int = 300,
    schema: dict[str, Any] | None = None,
) -> str:
    """What the model says.

    Args:
        model: where and with what key; the operator's own may be at a private address.
        messages: in OpenAI's shape.
        timeout_s: longest wait for the whole of it, in seconds.
        max_tokens: longest answer.
        schema: JSON schema the answer should be of; servers that know no schemas are asked
            without, so that the answer is to be checked in any case.

    Raises:
        NoAnswer: nothing usable came in time.
    """
    host = urlsplit(model.url).hostname or ""
    length = "max_completion_tokens" if host.endswith(_NEWER_NAMES) else "max_tokens"
    body: dict[str, Any] = {"model": model.name, "messages": messages, "temperature": 0}
    body[length] = max_tokens
    try:
        async with asyncio.timeout(timeout_s), _client(model, timeout_s) as client:
            if schema is None:
                return await _asked(client, model, body)
            wanted = {"type": "json_schema", "json_schema": {"name": "found", "schema": schema}}
            try:
                return await _asked(client, model, {**body, "response_format": wanted})
            except NoAnswer as refusal:
                if refusal.status not in _REFUSALS:
                    raise
                return await _asked(client, model, body)
    except (TimeoutError, httpx.TimeoutException):
        raise NoAnswer("slow") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        raise NoAnswer("unreachable") from None


def json_in(answer: str) -> dict[str, Any]:
    """The JSON object in an answer, which models like to wrap in words; empty without one."""
    start, end = answer.find("{"), answer.rfind("}")
    try:
        found = json.loads(answer[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _client(model: OwnModel, timeout_s: float) -> httpx.AsyncClient:
    if not model.trusted:
        return outbound.client(timeout_s=timeout_s)
    return httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)


async def _asked(client: httpx.AsyncClient, model: OwnModel, body: dict[str, Any]) -> str:
    headers = {"authorization": f"Bearer {model.key}"} if model.key else {}
    url = f"{model.url}/chat/completions"
    async with client.stream("POST", url, json=body, headers=headers) as response:
        if response.status_code != httpx.codes.OK:
            raise NoAnswer("refused", response.status_code)
        raw = await outbound.read(response, _MAX_ANSWER_BYTES)
    try:
        said = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, RecursionError, LookupError, TypeError):
        raise NoAnswer("nonsense") from None
    if not isinstance(said, str) or not said.strip():
        raise NoAnswer("nonsense")
    return said.strip()[:_MAX_TEXT_CHARS]
