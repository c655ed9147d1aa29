"""OpenAI's chat completions as a server answers them: what a `custom-llm` is asked and says."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from allokoli.core import clock
from allokoli.core.errors import InvalidInput

MOST_TURNS = 400


def user_turns(messages: Any, *, longest: int) -> list[str]:
    """What the caller said, turn by turn; an empty turn is a silence.

    Args:
        messages: in OpenAI's shape.
        longest: characters kept of a turn.

    Raises:
        InvalidInput: not a list of messages, or too many to be a conversation.
    """
    if not isinstance(messages, list):
        raise _invalid("must be an array")
    turns = [
        _text(message.get("content"))[:longest].strip()
        for message in messages
        if isinstance(message, dict) and message.get("role") == "user"
    ]
    if len(turns) > MOST_TURNS:
        raise _invalid(f"has at most {MOST_TURNS} turns of the caller")
    return turns


def end_call_function(tools: Any) -> str | None:
    """The function that hangs up, under whichever of its names the platform offers it."""
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(name, str) and name.replace("_", "").lower().startswith("endcall"):
            return name
    return None


def completion(model: str, text: str, tool: str | None) -> dict[str, Any]:
    """An answer given whole.

    Args:
        model: its name.
        text: what is said.
        tool: a function to call without arguments; None for none.
    """
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if tool:
        message["tool_calls"] = [_tool_call(tool)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(tool), "logprobs": None}
    return {**_head(model), "object": "chat.completion", "choices": [choice], "usage": _usage(text)}


def events(model: str, text: str, tool: str | None) -> Iterator[str]:
    """The same answer as server-sent events."""
    head = _head(model)
    yield _chunk(head, {"role": "assistant", "content": text})
    if tool:
        yield _chunk(head, {"tool_calls": [{"index": 0, **_tool_call(tool)}]})
    yield _chunk(head, {}, finish=_finish(tool), usage=_usage(text))
    yield "data: [DONE]\n\n"


def _text(content: Any) -> str:
    """A message's words, whether written plainly or in parts."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return " ".join(part for part in parts if isinstance(part, str))
    if content is None:
        return ""
    if not isinstance(content, str):
        raise _invalid("content must be text")
    return content


def _invalid(problem: str) -> InvalidInput:
    details = [{"field": "messages", "message": problem}]
    return InvalidInput("Certaines informations ne sont pas valables.", details=details)


def _head(model: str) -> dict[str, Any]:
    created = int(clock.now().timestamp())
    return {"id": f"chatcmpl-{uuid4().hex}", "created": created, "model": model}


def _chunk(
    head: dict[str, Any],
    delta: dict[str, Any],
    *,
    finish: str | None = None,
    usage: dict[str, int] | None = None,
) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {**head, "object": "chat.completion.chunk", "choices": [choice]}
    if usage:
        body["usage"] = usage
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _tool_call(name: str) -> dict[str, Any]:
    function = {"name": name, "arguments": "{}"}
    return {"id": f"call_{uuid4().hex[:24]}", "type": "function", "function": function}


def _finish(tool: str | None) -> str:
    return "tool_calls" if tool else "stop"


def _usage(text: str) -> dict[str, int]:
    """Words, which stand for tokens where there are none."""
    said = len(text.split())
    return {"prompt_tokens": 0, "completion_tokens": said, "total_tokens": said}
