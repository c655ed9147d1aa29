"""The kinds of entity the engine keeps: one declaration each gives the whole of its API.

A kind names its shape by the official SDK's types, imported only when a first request needs them.
Kinds without behaviour of their own (`plain`) get their routes from `api.crud`. The others are
served by the routers of their feature, which call `api.resources` with their kind:

- `resources.create(identity, kind, body, managed={…})` stores what a client sent, judged by the
  kind, beside properties only the server writes (a status, counters, results);
- `resources.manage(identity, kind, id, {…})` changes such properties later, unjudged;
- inside one transaction, `resources.insert`, `resources.row`, `resources.keep`, `resources.shown`
  and `resources.whole_body` do the same with a session that is already open;
- `resources.listed` and `resources.listed_page` answer both families of lists, narrowed by
  `crud.read(kind, request)`.
"""

from typing import Any

from allokoli.engine.api.kinds.assistants import ASSISTANT, SQUAD, TOOL
from allokoli.engine.api.kinds.calls import call_problems
from allokoli.engine.api.kinds.campaigns import CAMPAIGN, CAMPAIGN_V2
from allokoli.engine.api.kinds.chats import CHAT, SESSION
from allokoli.engine.api.kinds.kind import Kind
from allokoli.engine.api.kinds.knowledge import (
    FILE,
    KNOWLEDGE_BASE,
    KNOWLEDGE_BASE_FILE,
    KNOWLEDGE_BASE_V1,
)
from allokoli.engine.api.kinds.phone_numbers import PHONE_NUMBER
from allokoli.engine.api.kinds.providers import PROVIDER_RESOURCE
from allokoli.engine.api.kinds.reporting import BOARD, INSIGHT, SCORECARD, STRUCTURED_OUTPUT
from allokoli.engine.api.kinds.simulations import (
    EVAL,
    EVAL_RUN,
    PERSONALITY,
    SCENARIO,
    SIMULATION,
    SIMULATION_RUN,
    SIMULATION_SUITE,
)
from allokoli.engine.api.kinds.test_suites import TEST_SUITE, TEST_SUITE_RUN, TEST_SUITE_TEST
from allokoli.engine.api.kinds.traffic import TRAFFIC_ALLOCATION
from allokoli.engine.api.kinds.workflows import WORKFLOW

KINDS = (
    ASSISTANT,
    TOOL,
    PHONE_NUMBER,
    SQUAD,
    CHAT,
    SESSION,
    CAMPAIGN,
    FILE,
    KNOWLEDGE_BASE,
    KNOWLEDGE_BASE_FILE,
    KNOWLEDGE_BASE_V1,
    STRUCTURED_OUTPUT,
    INSIGHT,
    BOARD,
    SCORECARD,
    EVAL_RUN,
    EVAL,
    PERSONALITY,
    SCENARIO,
    SIMULATION_SUITE,
    SIMULATION_RUN,
    SIMULATION,
    PROVIDER_RESOURCE,
    TRAFFIC_ALLOCATION,
    WORKFLOW,
    TEST_SUITE,
    TEST_SUITE_TEST,
    TEST_SUITE_RUN,
)
BY_NAME = {kind.name: kind for kind in KINDS}

__all__ = [
    "ASSISTANT",
    "BOARD",
    "BY_NAME",
    "CAMPAIGN",
    "CAMPAIGN_V2",
    "CHAT",
    "EVAL",
    "EVAL_RUN",
    "FILE",
    "INSIGHT",
    "KINDS",
    "KNOWLEDGE_BASE",
    "KNOWLEDGE_BASE_FILE",
    "KNOWLEDGE_BASE_V1",
    "PERSONALITY",
    "PHONE_NUMBER",
    "PROVIDER_RESOURCE",
    "SCENARIO",
    "SCORECARD",
    "SESSION",
    "SIMULATION",
    "SIMULATION_RUN",
    "SIMULATION_SUITE",
    "SQUAD",
    "STRUCTURED_OUTPUT",
    "TEST_SUITE",
    "TEST_SUITE_RUN",
    "TEST_SUITE_TEST",
    "TOOL",
    "TRAFFIC_ALLOCATION",
    "WORKFLOW",
    "Kind",
    "call_problems",
    "warm_up",
]


def warm_up() -> None:
    """Import the SDK's types and read them once, so that no request waits for it."""
    for kind in KINDS:
        for variant in ("endCall", "bar"):
            body: dict[str, Any] = {"type": variant, "provider": "vapi", "members": []}
            kind.problems(body)
            kind.patch_problems(body, body)
    call_problems({"assistant": {}, "assistantOverrides": {}})
