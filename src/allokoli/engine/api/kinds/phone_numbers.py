"""Phone numbers."""

from typing import Any

from allokoli.engine.api.kinds.kind import Kind, sdk
from allokoli.engine.api.validation import limits


def _derived(body: dict[str, Any]) -> dict[str, Any]:
    derived: dict[str, Any] = {"status": "active"}
    if body.get("provider") == "vapi" and "number" not in body and "sipUri" not in body:
        # It has been asked for, but no carrier has given it a number.
        derived["status"] = "activating"
    return derived


PHONE_NUMBER = Kind(
    "phone-number",
    "Phone number",
    "/phone-number",
    sdk("CreatePhoneNumbersRequest", "phone_numbers"),
    sdk("UpdatePhoneNumbersRequestBody", "phone_numbers"),
    filters={"search~": "name,number,sipUri"},
    limits=limits.PHONE_NUMBER,
    references={"assistantId": "assistant", "squadId": "squad", "workflowId": "workflow"},
    variant="provider",
    managed=frozenset({"status", "warnings"}),
    derived=_derived,
)
