"""Traffic allocations: which versions of an assistant take which share of its calls."""

from functools import lru_cache

from allokoli.engine.api.kinds.kind import Kind, array, sdk_type
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields


@lru_cache(maxsize=1)
def _allocation() -> Fields:
    intent = sdk_type("CreateTrafficAllocationDtoAllocationIntent", "traffic_allocations")
    return {
        "assistantId": Field(str, required=True),
        "allocationIntent": Field(intent),
        "targets": Field(array(sdk_type("CreateTrafficAllocationTargetDto"))),
        "expectedCurrentAllocationId": Field(str),
        "description": Field(str),
    }


TRAFFIC_ALLOCATION = Kind(
    "traffic-allocation",
    "Traffic allocation",
    "/traffic-allocations",
    _allocation,
    family="page",
    filters={"assistantId": "assistantId"},
    limits=limits.TRAFFIC,
    managed=frozenset({"actorType", "actorId", "targets"}),
    derived=lambda _body: {"targets": []},
    plain=False,
)
