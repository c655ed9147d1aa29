"""A scenario's evaluations: structured outputs of the conversation, held against what is wanted."""

from typing import Any

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import STRUCTURED_OUTPUT
from allokoli.engine.testing import structured
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.scorecards import compare

MOST = 50
_INLINE = "inline"
_MAX_ERROR = 500
_LONE = (str, int, float, bool)


async def results_of(plan: list[dict[str, Any]], held: Held) -> dict[str, Any]:
    """Vapi's results of a simulation: each evaluation, and whether all required ones passed.

    Args:
        plan: the scenario's `evaluations`; the first fifty count.
        held: the conversation.
    """
    results = [await _result(one, held) for one in plan[:MOST]]
    return {
        "evaluations": results,
        "passed": all(one["passed"] for one in results if one["required"]),
    }


def plan_problems(plan: Any, path: str) -> list[str]:
    """What is wrong with an evaluation plan whose shape is right."""
    problems = []
    listed = plan if isinstance(plan, list) else []
    if len(listed) > MOST:
        problems.append(f"{path} must contain no more than {MOST} elements")
    for index, one in enumerate(listed[:MOST]):
        if (one.get("structuredOutputId") is None) == (one.get("structuredOutput") is None):
            problems.append(
                f"{path}.{index}: exactly one of structuredOutputId, structuredOutput must be given"
            )
    return problems


async def _result(one: dict[str, Any], held: Held) -> dict[str, Any]:
    output_id = one.get("structuredOutputId")
    required = one.get("required") is not False
    shown: dict[str, Any] = {
        "structuredOutputId": str(output_id or _INLINE),
        "name": "",
        "extractedValue": None,
        "expectedValue": one.get("value"),
        "comparator": one.get("comparator"),
        "passed": False,
        "required": required,
    }
    try:
        definition = await _definition(held, one)
    except (Missing, Invalid):
        return {**shown, "error": "The structured output does not exist."}
    shown["name"] = str(definition.get("name") or "")
    for name in ("description", "schema"):
        if definition.get(name) is not None:
            shown[name] = definition[name]
    path = one.get("path")
    if path:
        shown["path"] = path
    outcome = await structured.evaluate(definition, held)
    if outcome.error is not None:
        skipped = {"isSkipped": True, "skipReason": outcome.error} if outcome.skipped else {}
        return {**shown, **skipped, "error": outcome.error[:_MAX_ERROR]}
    value = _at(outcome.result, str(path)) if path else outcome.result
    if not isinstance(value, _LONE):
        return {**shown, "error": "The extracted value is no text, number or boolean."}
    passed = compare(str(one.get("comparator")), value, one.get("value"))
    return {**shown, "extractedValue": value, "passed": passed}


async def _definition(held: Held, one: dict[str, Any]) -> dict[str, Any]:
    if one.get("structuredOutputId") is None:
        inline: dict[str, Any] = one["structuredOutput"]
        return inline
    async with session(Identity.job(held.org_id)) as opened:
        row = await resources.row(opened, STRUCTURED_OUTPUT, str(one["structuredOutputId"]))
        return resources.whole_body(row)


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
