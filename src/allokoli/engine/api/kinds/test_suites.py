"""Test suites, their tests and their runs, as `vapi-server-sdk` 1.7.0 knows them."""

from functools import lru_cache
from typing import Literal

from allokoli.engine.api.kinds.kind import Kind, array, sdk, sdk_type
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields


@lru_cache(maxsize=1)
def _test() -> Fields:
    return {
        "type": Field(Literal["voice", "chat"], required=True),
        "script": Field(str, required=True),
        "scorers": Field(array(sdk_type("TestSuiteTestScorerAi")), required=True),
        "numAttempts": Field(float),
        "name": Field(str),
    }


@lru_cache(maxsize=1)
def _run() -> Fields:
    return {"name": Field(str)}


TEST_SUITE = Kind(
    "test-suite",
    "Test suite",
    "/test-suite",
    sdk("CreateTestSuiteDto"),
    family="page",
    limits=limits.NAMED_80,
    references={
        "phoneNumberId": "phone-number",
        "testerPlan.assistantId": "assistant",
        "targetPlan.assistantId": "assistant",
        "targetPlan.phoneNumberId": "phone-number",
    },
)
TEST_SUITE_TEST = Kind(
    "test-suite-test",
    "Test",
    "/test-suite/{testSuiteId}/test",
    _test,
    family="page",
    limits=limits.TEST_SUITE_TEST,
    references={"testSuiteId": "test-suite"},
    variant="type",
    managed=frozenset({"testSuiteId"}),
)
TEST_SUITE_RUN = Kind(
    "test-suite-run",
    "Test suite run",
    "/test-suite/{testSuiteId}/run",
    _run,
    family="page",
    limits=limits.NAMED_80,
    references={"testSuiteId": "test-suite"},
    managed=frozenset({"testSuiteId", "status", "testResults"}),
    derived=lambda _body: {"status": "queued", "testResults": []},
    plain=False,
)
