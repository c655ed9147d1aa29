"""Scores a conversation: points for what its structured outputs say, on a scale of a hundred."""

import operator
from collections.abc import Callable, Iterable
from typing import Any

_COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def evaluate(scorecard: dict[str, Any], outputs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A scorecard's result.

    Args:
        scorecard: as Vapi writes it (`metrics` with `conditions`).
        outputs: structured outputs of the conversation, `{id: {name, result}}`.

    Returns:
        `score` (points), `scoreNormalized` (0-100, against the most that could be had) and
        `metricPoints` by structured output; a metric whose output is missing gives none.
    """
    points: dict[str, float] = {}
    most = 0.0
    for metric in scorecard.get("metrics") or ():
        conditions = [one for one in metric.get("conditions") or () if isinstance(one, dict)]
        output_id = str(metric.get("structuredOutputId"))
        result = (outputs.get(output_id) or {}).get("result")
        points[output_id] = points.get(output_id, 0.0) + _points(conditions, result)
        most += max((_points(conditions, one) for one in _candidates(conditions)), default=0.0)
    score = sum(points.values())
    return {
        "name": scorecard.get("name"),
        "score": round(score, 4),
        "scoreNormalized": round(100 * score / most, 2) if most else 0,
        "metricPoints": points,
    }


def compare(comparator: str, value: Any, expected: Any) -> bool:
    """Whether a value compares with what is expected; values of other kinds never do.

    Args:
        comparator: =, !=, >, >=, < or <=.
        value: what was found.
        expected: what it is held against.
    """
    if value is None:
        return False
    if isinstance(value, bool) != isinstance(expected, bool):
        return False
    numbers = isinstance(value, (int, float)) and isinstance(expected, (int, float))
    if comparator in {"=", "!="}:
        if not numbers and type(value) is not type(expected):
            return comparator == "!="
        if isinstance(value, str) and isinstance(expected, str):
            same = value.strip().casefold() == expected.strip().casefold()
            return same if comparator == "=" else not same
        return _COMPARATORS[comparator](value, expected)
    return bool(
        numbers and comparator in _COMPARATORS and _COMPARATORS[comparator](value, expected)
    )


def _points(conditions: Iterable[dict[str, Any]], value: Any) -> float:
    return sum(
        float(one.get("points") or 0)
        for one in conditions
        if compare(str(one.get("comparator")), value, one.get("value"))
    )


def _candidates(conditions: Iterable[dict[str, Any]]) -> set[Any]:
    """Values between which no condition changes: the best of them has the most points there are."""
    found: set[Any] = {True, False}
    for one in conditions:
        value = one.get("value")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found |= {value - 0.5, value, value + 0.5}
    # 1 and True are one to a set; as a number it must still be tried.
    return found | {float(one) + 1e-9 for one in found if not isinstance(one, bool)}
