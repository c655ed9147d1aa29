"""What is read out of calls: structured outputs, scorecards, insights and boards."""

from functools import lru_cache

from allokoli.engine.api.kinds.kind import Kind, array, sdk, sdk_type
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields


@lru_cache(maxsize=1)
def _board() -> Fields:
    return {
        "name": Field(str, required=True),
        "layout": Field(sdk_type("BoardLayout"), required=True),
        "items": Field(array(sdk_type("CreateBoardDtoItemsItem", "board"))),
        "timeRangeOverride": Field(sdk_type("InsightTimeRangeWithStep")),
    }


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
