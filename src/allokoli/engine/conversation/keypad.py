"""Keys the caller presses, gathered into one input (`keypadInputPlan`)."""

import re
from typing import Any

from allokoli.engine.conversation.numbers import number_within
from allokoli.engine.conversation.stage import Stage
from allokoli.engine.conversation.tools.tool import mapping

_MAX_DIGITS = 100
_DEFAULT_WAIT_S = 2.0
_MAX_WAIT_S = 10.0
_KEPT = "digits"
_NOT_KEYS = re.compile(r"[^0-9*#]")


def pressed(stage: Stage, digits: str) -> str | None:
    """Take keys in.

    Returns:
        The whole input when a delimiter ends it, or when nothing more is waited for; else None.
    """
    plan = _plan(stage)
    if plan.get("enabled") is not True:
        return None
    gathered = str(stage.memory.data.get(_KEPT, "")) + _NOT_KEYS.sub("", digits)
    gathered = gathered[:_MAX_DIGITS]
    delimiters = _delimiters(plan)
    ends = [gathered.index(one) for one in delimiters if one in gathered]
    if ends:
        stage.memory.data.pop(_KEPT, None)
        return gathered[: min(ends)] or None
    if not gathered:
        return None
    if not delimiters and wait_s(stage) == 0:
        stage.memory.data.pop(_KEPT, None)
        return gathered
    stage.memory.data[_KEPT] = gathered
    return None


def taken(stage: Stage) -> str:
    """What was gathered so far; it is forgotten with that."""
    return str(stage.memory.data.pop(_KEPT, ""))


def words(entry: str) -> str:
    """What the model is told of an input."""
    return f"User's Keypad Entry: {entry}"


def wait_s(stage: Stage) -> float:
    """How long another key is waited for, in seconds."""
    return number_within(_plan(stage).get("timeoutSeconds"), 0.0, _MAX_WAIT_S, _DEFAULT_WAIT_S)


def _plan(stage: Stage) -> dict[str, Any]:
    return mapping(stage.assistant.get("keypadInputPlan"))


def _delimiters(plan: dict[str, Any]) -> list[str]:
    given = plan.get("delimiters")
    ones = given if isinstance(given, list) else [given]
    return [one for one in ones if one in {"#", "*"}]
