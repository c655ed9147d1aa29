"""The messages a chat or a session may be given.

Vapi's schemas give user and system messages the shape they have in calls (`message`, times), its
documentation and its service take OpenAI's (`content`): both are taken.
"""

from collections.abc import Iterator
from typing import Any

MAX_MESSAGES = 1_000
MAX_CHARS = 10_000
_ROLES = ("system", "user", "assistant", "tool", "developer", "bot")
_NAMES = frozenset(
    {"role", "content", "message", "name", "tool_calls", "tool_call_id", "metadata", "refusal",
     "time", "endTime", "secondsFromStart", "duration"}
)  # fmt: skip


def input_problems(body: dict[str, Any]) -> list[str]:
    """What is wrong with a chat's input."""
    given = body["input"]
    if isinstance(given, str):
        return [] if len(given) <= MAX_CHARS else [_too_long("input")]
    return message_problems(given, "input")


def message_problems(given: Any, where: str) -> list[str]:
    """What is wrong with a list of messages; the first fifty things."""
    if not isinstance(given, list):
        return (
            [f"{where} must be a string or an array"]
            if where == "input"
            else [f"{where} must be an array"]
        )
    if len(given) > MAX_MESSAGES:
        return [f"{where} must contain no more than {MAX_MESSAGES} elements"]
    problems: list[str] = []
    for index, one in enumerate(given):
        problems += _of_message(one, f"{where}.{index}")
        if len(problems) >= 50:  # noqa: PLR2004 - enough to act on
            break
    return problems


def _of_message(one: Any, where: str) -> Iterator[str]:
    if not isinstance(one, dict):
        yield f"{where} must be an object"
        return
    for name in one:
        if name not in _NAMES:
            yield f"{where}.property {str(name)[:80]} should not exist"
    role = one.get("role")
    if role not in _ROLES:
        yield f"{where}.role must be one of the following values: {', '.join(_ROLES)}"
    text = one.get("content") if one.get("content") is not None else one.get("message")
    if text is None and not (role == "assistant" and one.get("tool_calls")):
        yield f"{where}.content should not be empty"
    elif text is not None and not isinstance(text, str):
        yield f"{where}.content must be a string"
    elif isinstance(text, str) and len(text) > MAX_CHARS:
        yield _too_long(f"{where}.content")
    if role == "tool" and not isinstance(one.get("tool_call_id"), str):
        yield f"{where}.tool_call_id must be a string"
    if one.get("tool_calls") is not None:
        yield from _of_tool_calls(one["tool_calls"], f"{where}.tool_calls")


def _of_tool_calls(given: Any, where: str) -> Iterator[str]:
    if not isinstance(given, list) or len(given) > MAX_MESSAGES:
        yield f"{where} must be an array"
        return
    for index, one in enumerate(given):
        function = one.get("function") if isinstance(one, dict) else None
        if not isinstance(function, dict) or not isinstance(one.get("id"), str):
            yield f"{where}.{index} must be an object with id and function"
        elif not all(isinstance(function.get(name), str) for name in ("name", "arguments")):
            yield f"{where}.{index}.function must have a name and arguments, both strings"


def _too_long(where: str) -> str:
    return f"{where} must be shorter than or equal to {MAX_CHARS} characters"
