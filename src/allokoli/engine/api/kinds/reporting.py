"""What is read out of calls: structured outputs, scorecards, insights and boards."""

import re
from functools import lru_cache
from typing import Any

from allokoli.engine.api.kinds.kind import Body, Kind, array, sdk, sdk_type
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields

_OUTPUT = re.compile(r"artifact\.structuredOutputs\[[0-9a-fA-F-]{36}\]")


@lru_cache(maxsize=1)
def _board() -> Fields:
    return {
        "name": Field(str, required=True),
        "layout": Field(sdk_type("BoardLayout"), required=True),
        "items": Field(array(sdk_type("CreateBoardDtoItemsItem", "board"))),
        "timeRangeOverride": Field(sdk_type("InsightTimeRangeWithStep")),
    }


def _judged_insight(body: Body) -> Body:
    """An insight whose structured outputs are named as Vapi's document names them.

    Conditions on them are left out: the document takes any value for an object there. They are
    judged when the insight runs.
    """
    return {name: _judged(name, one) for name, one in body.items()}


def _judged(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _judged(inner, one) for inner, one in value.items()}
    if isinstance(value, list):
        return [
            _judged(name, one)
            for one in value
            if not (name == "filters" and isinstance(one, dict) and _is_output(one.get("column")))
        ]
    if name in {"column", "groupBy"} and _is_output(value):
        return "artifact.structuredOutputs[OutputID]"
    return value


def _is_output(value: Any) -> bool:
    return isinstance(value, str) and _OUTPUT.fullmatch(value) is not None


STRUCTURED_OUTPUT = Kind(
    "structured-output",
    "Structured output",
    "/structured-output",
    sdk("CreateStructuredOutputDto"),
    family="page",
    filters={"id": "id", "name": "name"},
    limits=limits.STRUCTURED_OUTPUT,
    references={"assistantIds": "assistant", "workflowIds": "workflow"},
    derived=lambda _body: {"type": "ai"},
)
INSIGHT = Kind(
    "insight",
    "Insight",
    "/reporting/insight",
    sdk("InsightControllerCreateRequest", "insight"),
    sdk("InsightControllerUpdateRequestBody", "insight"),
    family="page",
    filters={"id": "id"},
    limits=limits.INSIGHT,
    variant="type",
    judged=_judged_insight,
)
BOARD = Kind(
    "board", "Board", "/reporting/board", _board, family="page", limits=limits.NAMED_1_TO_40
)
SCORECARD = Kind(
    "scorecard",
    "Scorecard",
    "/observability/scorecard",
    sdk("CreateScorecardDto"),
    family="page",
    filters={"id": "id"},
    limits=limits.DESCRIBED,
    references={"assistantIds": "assistant"},
)
