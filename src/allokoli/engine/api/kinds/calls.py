"""What may be asked of a call; calls themselves have tables of their own."""

from functools import lru_cache
from typing import Any

from allokoli.engine.api.kinds.kind import array, sdk_type
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields, check_object


def call_problems(body: dict[str, Any]) -> list[str]:
    """What is wrong with a request for a call; empty when nothing is."""
    return check_object(_call_fields(), body) or limits.check_limits(body, limits.CALL)


@lru_cache(maxsize=1)
def _call_fields() -> Fields:
    overrides, customer = sdk_type("AssistantOverrides"), sdk_type("CreateCustomerDto")
    return {
        name: Field(annotation)
        for name, annotation in {
            "assistantId": str,
            "assistant": sdk_type("CreateAssistantDto"),
            "assistantOverrides": overrides,
            "assistantVersion": str,
            "squadId": str,
            "squad": sdk_type("CreateSquadDto"),
            "squadOverrides": overrides,
            "squadVersion": str,
            "workflowId": str,
            "workflow": sdk_type("CreateWorkflowDto"),
            "workflowOverrides": sdk_type("WorkflowOverrides"),
            "phoneNumberId": str,
            "phoneNumber": sdk_type("ImportTwilioPhoneNumberDto"),
            "customerId": str,
            "customer": customer,
            "customers": array(customer),
            "schedulePlan": sdk_type("SchedulePlan"),
            "transport": dict[str, Any],
            "name": str,
            "metadata": dict[str, Any],
            "roomDeleteOnUserLeaveEnabled": bool,
        }.items()
    }
