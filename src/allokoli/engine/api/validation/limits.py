"""Ranges and lengths, which the SDK's types do not carry.

Source: Vapi's published API reference. Keys are `parent.property`, where the parent is the property
holding the object ("" for the entity itself), so that a rule holds wherever the object appears:
an assistant inside a call, a model inside a squad member's assistant.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allokoli.engine.api.validation.published_limits import RANGES

_MAX_PROBLEMS = 50
# Ours, since Vapi publishes none: far beyond any prompt a model takes, far below what hurts.
MAX_TEXT = 100_000
MAX_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of a number, a text's length, or of each text of a list; both ends included."""

    at_least: float | None = None
    at_most: float | None = None
    pattern: str | None = None


_FREE = frozenset({"metadata", "variableValues", "schema", "parameters"})
_ASSISTANT = {
    "name": Limit(at_most=40),
    "maxDurationSeconds": Limit(10, 43_200),
    "voicemailMessage": Limit(at_most=1_000),
    "endCallMessage": Limit(at_most=1_000),
    "endCallPhrases": Limit(2, 140),
}
_ASSISTANTS = (
    "assistant",
    "assistantOverrides",
    "membersOverrides",
    "squadOverrides",
    "targetOverrides",
)
_PHONE_TEXT = Limit(3, 40)
_ANALYSIS_TIMEOUT = Limit(1, 60)

_TOOL_NAME = Limit(at_most=40, pattern=r"[a-zA-Z0-9_-]{1,40}")

_ANYWHERE = {
    **{
        f"{parent}.{name}": Limit(*bounds)
        for parent, ranges in RANGES.items()
        for name, bounds in ranges.items()
    },
    "backoffPlan.type": Limit(pattern=r"fixed|exponential"),
    "summaryPlan.timeoutSeconds": _ANALYSIS_TIMEOUT,
    "structuredDataPlan.timeoutSeconds": _ANALYSIS_TIMEOUT,
    "successEvaluationPlan.timeoutSeconds": _ANALYSIS_TIMEOUT,
    "analysisPlan.minMessagesThreshold": Limit(0),
    "function.name": Limit(at_most=64, pattern=r"[a-zA-Z0-9_-]{1,64}"),
    "aliases.key": Limit(1, 40, pattern=r"[a-zA-Z][a-zA-Z0-9_]*"),
    "environmentVariables.name": Limit(at_most=64, pattern=r"[A-Z][A-Z0-9_]*"),
    "tool.name": _TOOL_NAME,
    "tools.name": _TOOL_NAME,
    "tools:append.name": _TOOL_NAME,
    **{f"{parent}.{name}": limit for parent in _ASSISTANTS for name, limit in _ASSISTANT.items()},
}

ASSISTANT = {f".{name}": limit for name, limit in _ASSISTANT.items()}
CALL = {".name": Limit(at_most=40)}
SQUAD: dict[str, Limit] = {".name": Limit(at_most=120)}
TOOL = {
    ".name": _TOOL_NAME,
    ".code": Limit(at_most=50_000),
    ".timeoutSeconds": Limit(1, 300),
}
PHONE_NUMBER = {
    ".name": Limit(at_most=40),
    ".number": _PHONE_TEXT,
    ".numberDesiredAreaCode": Limit(3, 3),
    "authentication.username": Limit(20, 40),
    "authentication.password": Limit(20, 40),
    "authentication.realm": Limit(at_most=253),
}
NAMED_40 = {".name": Limit(at_most=40)}
NAMED_1_TO_40 = {".name": Limit(1, 40)}
NAMED_80 = {".name": Limit(at_most=80)}
DESCRIBED = {**NAMED_80, ".description": Limit(at_most=500)}
SESSION = {**NAMED_40, ".expirationSeconds": Limit(60, 2_592_000)}
CAMPAIGN = {".name": Limit(1, 255), ".maxConcurrency": Limit(1)}
KNOWLEDGE_BASE = {".name": Limit(1, 80), ".description": Limit(at_most=1_000)}
STRUCTURED_OUTPUT = {**NAMED_1_TO_40, ".regex": Limit(1, 1_000)}
INSIGHT = {".name": Limit(1, 255)}
EVAL = {".name": Limit(1, 80), ".description": Limit(at_most=500)}
_PART = r"[a-zA-Z0-9][a-zA-Z0-9._-]*"
TRIED = {**NAMED_80, ".path": Limit(at_most=255, pattern=rf"{_PART}(?:/{_PART}){{0,2}}")}
SCENARIO = {**TRIED, ".instructions": Limit(at_most=10_000)}
SIMULATION_RUN = {".iterations": Limit(1, 10)}
TEST_SUITE_TEST = {
    **NAMED_80,
    ".script": Limit(at_most=10_000),
    ".numAttempts": Limit(1, 10),
    "scorers.rubric": Limit(at_most=10_000),
}
TRAFFIC = {".description": Limit(at_most=1_000), "targets.percentage": Limit(0, 100)}
WORKFLOW = {
    **ASSISTANT,
    ".name": Limit(at_most=80),
    ".globalPrompt": Limit(at_most=5_000),
    "nodes.prompt": Limit(at_most=5_000),
    "nodes.name": Limit(1, 80),
    "edges.from": Limit(at_most=80),
    "edges.to": Limit(at_most=80),
    "condition.prompt": Limit(at_most=1_000),
}
PROVIDER_RESOURCE = {".name": Limit(1, 255)}
TOKEN = {**NAMED_40, "restrictions.allowedOrigins": Limit(at_most=255)}


def check_limits(body: dict[str, Any], own: Mapping[str, Limit]) -> list[str]:
    """What is out of range in an entity, in the words of Vapi's validator.

    Args:
        body: an entity whose shape is right.
        own: the rules of its own properties.
    """
    rules = {**_ANYWHERE, **own}
    problems: list[str] = []
    for path, rule, value in _walk(body, "", ""):
        if isinstance(value, list) and len(value) > MAX_ITEMS:
            problems.append(f"{path} must contain no more than {MAX_ITEMS} elements")
        elif (limit := rules.get(rule)) is not None:
            problems.extend(_problems(limit, value, path))
        elif isinstance(value, str) and len(value) > MAX_TEXT:
            problems.append(f"{path} must be shorter than or equal to {MAX_TEXT} characters")
        if len(problems) >= _MAX_PROBLEMS:
            break
    return problems


def _walk(value: Any, path: str, parent: str) -> Iterator[tuple[str, str, Any]]:
    """The properties at every depth: path, name of the rule that holds for it, value.

    Args:
        value: an object or a list.
        path: where it stands; empty at the top.
        parent: the property that holds it, as rules name it.
    """
    if isinstance(value, dict):
        for name, one in value.items():
            # Free-form objects are the owner's own; nothing in them is ours to judge.
            if name not in _FREE:
                where = f"{path}.{name}" if path else name
                yield where, f"{parent}.{name}", one
                if isinstance(one, (dict, list)):
                    yield from _walk(one, where, "customer" if name == "customers" else name)
    elif len(value) <= MAX_ITEMS:
        for index, one in enumerate(value):
            if isinstance(one, (dict, list)):
                yield from _walk(one, f"{path}.{index}", parent)


def _problems(limit: Limit, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        yield from _length(limit, value, path, "")
    elif isinstance(value, list):
        if any(isinstance(one, str) and list(_length(limit, one, path, "")) for one in value):
            offending = next(
                one for one in value if isinstance(one, str) and list(_length(limit, one, path, ""))
            )
            yield from _length(limit, offending, path, "each value in ")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if limit.at_least is not None and value < limit.at_least:
            yield f"{path} must not be less than {limit.at_least:g}"
        if limit.at_most is not None and value > limit.at_most:
            yield f"{path} must not be greater than {limit.at_most:g}"


def _length(limit: Limit, value: str, path: str, each: str) -> Iterator[str]:
    if limit.at_least is not None and len(value) < limit.at_least:
        yield f"{each}{path} must be longer than or equal to {limit.at_least:g} characters"
    if limit.at_most is not None and len(value) > limit.at_most:
        yield f"{each}{path} must be shorter than or equal to {limit.at_most:g} characters"
    if limit.pattern is not None and not re.fullmatch(limit.pattern, value):
        yield f"{each}{path} must match {limit.pattern} regular expression"
