"""Whether a tool's `rejectionPlan` forbids a call now."""

from time import monotonic
from typing import Any

import regex

from allokoli.core import clock
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.liquid import within
from allokoli.engine.conversation.liquid_filters import DEADLINE
from allokoli.engine.conversation.script import text_of
from allokoli.engine.conversation.tools.tool import Scene, listed, mapping
from allokoli.engine.conversation.variables import fill

_MAX_DEPTH = 10
_MAX_CONDITIONS = 50
_MAX_MESSAGES = 100
_REGEX_S = 0.1
# For all conditions of a plan together.
_MAX_S = 0.5


def rejected(plan: Any, scene: Scene) -> bool:
    """Whether every condition of a plan holds; never, when it has none.

    Args:
        plan: Vapi's `rejectionPlan`.
        scene: the call.
    """
    conditions = listed(mapping(plan).get("conditions"))[:_MAX_CONDITIONS]
    if not conditions:
        return False
    messages = [
        {"role": one["role"], "content": text_of(one.get("content"))}
        for one in scene.history[-_MAX_MESSAGES:]
        if one["role"] in {"user", "assistant"} and text_of(one.get("content"))
    ]
    with within(_MAX_S):
        return all(_holds(mapping(one), messages, scene, 0) for one in conditions)


def _holds(condition: dict[str, Any], messages: list[Message], scene: Scene, depth: int) -> bool:
    if monotonic() > DEADLINE.get():
        scene.warn("A rejection plan took too long; the rest of it was left out.")
        return False
    match condition.get("type"):
        case "regex":
            return _matches(condition, messages, scene)
        case "liquid":
            moment = int(clock.now().timestamp() * 1000)
            values = scene.values | {"messages": messages, "now": moment}
            template = str(condition.get("liquid") or "")
            return fill(template, values, warn=scene.warn).strip() == "true"
        case "group" if depth < _MAX_DEPTH:
            held = [
                _holds(mapping(one), messages, scene, depth + 1)
                for one in listed(condition.get("conditions"))[:_MAX_CONDITIONS]
            ]
            return any(held) if condition.get("operator") == "OR" else bool(held) and all(held)
    return False


def _matches(condition: dict[str, Any], messages: list[Message], scene: Scene) -> bool:
    target = mapping(condition.get("target"))
    ones = [one for one in messages if target.get("role") in {None, one["role"]}]
    position = target.get("position")
    index = int(position) if isinstance(position, (int, float)) else -1
    if not -len(ones) <= index < len(ones):
        return False
    left = DEADLINE.get() - monotonic()
    try:
        found = regex.search(
            str(condition.get("regex") or ""),
            ones[index]["content"][:10_000],
            timeout=max(0.001, min(_REGEX_S, left)),
        )
    except (regex.error, TimeoutError, RecursionError):
        scene.warn("A rejection plan's regular expression cannot be used; it was left out.")
        return False
    return (found is None) if condition.get("negate") is True else (found is not None)
