"""What is said while a tool runs and after, as its `messages` ask."""

from typing import Any

from allokoli.engine.conversation.tools.tool import Arguments, listed, mapping
from allokoli.engine.conversation.variables import Warn, fill

START = "request-start"
COMPLETE = "request-complete"
FAILED = "request-failed"
DELAYED = "request-response-delayed"
_MAX_STAGES = 10

Message = dict[str, Any]


def words_of(message: Any, language: str, values: dict[str, Any], warn: Warn) -> str:
    """The words of a message in a language.

    Args:
        message: a text, or Vapi's `content` or `contents`.
        language: two letters; the first of the contents when none is in it.
        values: what its template may name.
        warn: told when the template cannot be read.
    """
    if isinstance(message, str):
        return fill(message, values, warn=warn).strip()
    message = mapping(message)
    contents = [one for one in listed(message.get("contents")) if isinstance(one, dict)]
    text = next(
        (one.get("text") for one in contents if str(one.get("language"))[:2] == language),
        contents[0].get("text") if contents else message.get("content"),
    )
    return fill(text, values, warn=warn).strip() if isinstance(text, str) else ""


def chosen(
    messages: tuple[Message, ...], kind: str, arguments: Arguments, turn: int
) -> Message | None:
    """The message of a kind to be said now; variants take turns.

    Args:
        messages: the tool's.
        kind: `request-start`, `request-complete` or `request-failed`.
        arguments: what their conditions look at.
        turn: any number that changes from one call to the next.
    """
    ones = [one for one in messages if one.get("type") == kind]
    eligible = _eligible(ones, arguments)
    return eligible[turn % len(eligible)] if eligible else None


def stages(
    messages: tuple[Message, ...], arguments: Arguments, turn: int
) -> list[tuple[float, Message]]:
    """What is said when a tool takes long: after how many seconds, what."""
    ones = [one for one in messages if one.get("type") == DELAYED]
    by_time: dict[float, list[Message]] = {}
    for one in _eligible(ones, arguments):
        wanted = one.get("timingMilliseconds")
        after = float(wanted) / 1000 if isinstance(wanted, (int, float)) else 1.0
        by_time.setdefault(max(0.1, after), []).append(one)
    return [(after, ones[turn % len(ones)]) for after, ones in sorted(by_time.items())][
        :_MAX_STAGES
    ]


def _eligible(messages: list[Message], arguments: Arguments) -> list[Message]:
    """Those whose conditions hold; those without conditions only when there is no such."""
    conditioned = [
        one
        for one in messages
        if listed(one.get("conditions"))
        and all(_holds(mapping(condition), arguments) for condition in one["conditions"])
    ]
    return conditioned or [one for one in messages if not listed(one.get("conditions"))]


def _holds(condition: dict[str, Any], arguments: Arguments) -> bool:
    found: Any = arguments
    for part in str(condition.get("param") or "").split("."):
        found = found.get(part) if isinstance(found, dict) else None
    wanted, operator = condition.get("value"), condition.get("operator")
    left, right = _number(found), _number(wanted)
    same = (
        left == right if left is not None and right is not None else _text(found) == _text(wanted)
    )
    if operator == "eq":
        return same
    if operator == "neq":
        return not same
    if left is None or right is None:
        return False
    compared = {
        "gt": left > right,
        "gte": left >= right,
        "lt": left < right,
        "lte": left <= right,
    }
    return compared.get(str(operator), False)


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
