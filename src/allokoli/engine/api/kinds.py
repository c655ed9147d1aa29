"""The kinds of entity the engine keeps: one declaration each gives the whole of its API.

A kind names its shape by the official SDK's types, imported only when a first request needs them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.limits import Limit
from allokoli.engine.api.validation.shapes import Field, Fields, check, check_object


@dataclass(frozen=True)
class Kind:
    """A kind of entity.

    Attributes:
        name: as stored, and as references name it.
        title: as error messages name it.
        path: of its collection.
        annotation: gives the SDK's type of its creation body.
        limits: ranges and lengths of its own properties.
        references: properties that hold ids of other entities, with their kinds.
        required_in_patch: properties a PATCH must carry.
        derived: properties of the response that are computed from the body.
        judged: the part of a body its shape is held against; the rest is what Vapi's clients send
            beside it.
    """

    name: str
    title: str
    path: str
    annotation: Callable[[], Any]
    limits: dict[str, Limit] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    required_in_patch: tuple[str, ...] = ()
    derived: Callable[[dict[str, Any]], dict[str, Any]] = lambda _body: {}
    judged: Callable[[dict[str, Any]], dict[str, Any]] = lambda body: body

    def problems(self, body: dict[str, Any]) -> list[str]:
        """What is wrong with an entity of this kind; empty when nothing is."""
        problems = check(self.annotation(), self.judged(body), "")
        return problems or limits.check_limits(body, self.limits)


@lru_cache(maxsize=1)
def _assistant() -> Any:
    from vapi.types.create_assistant_dto import CreateAssistantDto

    return CreateAssistantDto


@lru_cache(maxsize=1)
def _squad() -> Any:
    from vapi.types.create_squad_dto import CreateSquadDto

    return CreateSquadDto


@lru_cache(maxsize=1)
def _tool() -> Any:
    from vapi.tools.types.create_tools_request import CreateToolsRequest

    return CreateToolsRequest


@lru_cache(maxsize=1)
def _phone_number() -> Any:
    from vapi.phone_numbers.types.create_phone_numbers_request import CreatePhoneNumbersRequest

    return CreatePhoneNumbersRequest


def _judged_tool(body: dict[str, Any]) -> dict[str, Any]:
    """A tool without what Vapi's MCP server adds: a `function` to name any tool, `metadata` to a
    text message, headers as plain names and values."""
    judged = dict(body)
    if body.get("type") != "function" and isinstance(body.get("function"), dict):
        named = {name: one for name, one in body["function"].items() if isinstance(one, str)}
        if named.keys() == body["function"].keys() <= {"name", "description"}:
            judged.pop("function")
    if body.get("type") == "sms" and isinstance(body.get("metadata"), dict):
        judged.pop("metadata")
    headers = body.get("headers")
    if isinstance(headers, dict) and all(isinstance(one, str) for one in headers.values()):
        judged.pop("headers")
    return judged


ASSISTANT = Kind("assistant", "Assistant", "/assistant", _assistant, limits.ASSISTANT)
SQUAD = Kind("squad", "Squad", "/squad", _squad, limits.SQUAD, required_in_patch=("members",))
TOOL = Kind("tool", "Tool", "/tool", _tool, limits.TOOL, judged=_judged_tool)
PHONE_NUMBER = Kind(
    "phone-number",
    "Phone number",
    "/phone-number",
    _phone_number,
    limits.PHONE_NUMBER,
    references={"assistantId": "assistant", "squadId": "squad"},
    derived=lambda _body: {"status": "active"},
)

KINDS = (ASSISTANT, TOOL, PHONE_NUMBER, SQUAD)
BY_NAME = {kind.name: kind for kind in KINDS}


def call_problems(body: dict[str, Any]) -> list[str]:
    """What is wrong with a request for a call; empty when nothing is."""
    return check_object(_call_fields(), body) or limits.check_limits(body, limits.CALL)


def warm_up() -> None:
    """Import the SDK's types and read them once, so that no request waits for it."""
    for kind in KINDS:
        kind.problems({"type": "endCall", "provider": "vapi", "members": []})
    call_problems({"assistant": {}, "assistantOverrides": {}})


@lru_cache(maxsize=1)
def _call_fields() -> Fields:
    from vapi.types.assistant_overrides import AssistantOverrides
    from vapi.types.create_customer_dto import CreateCustomerDto
    from vapi.types.schedule_plan import SchedulePlan

    return {
        name: Field(annotation)
        for name, annotation in {
            "assistantId": str,
            "assistant": _assistant(),
            "assistantOverrides": AssistantOverrides,
            "assistantVersion": str,
            "squadId": str,
            "squad": _squad(),
            "squadOverrides": AssistantOverrides,
            "squadVersion": str,
            "workflowId": str,
            "workflow": dict[str, Any],
            "workflowOverrides": dict[str, Any],
            "phoneNumberId": str,
            "phoneNumber": dict[str, Any],
            "customerId": str,
            "customer": CreateCustomerDto,
            "customers": list[CreateCustomerDto],
            "schedulePlan": SchedulePlan,
            "transport": dict[str, Any],
            "name": str,
            "metadata": dict[str, Any],
            "roomDeleteOnUserLeaveEnabled": bool,
        }.items()
    }
