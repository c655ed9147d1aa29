"""What tools tell of an entity: what a person would ask about it, not the whole record."""

from collections.abc import Callable
from typing import Any

Entity = dict[str, Any]
Output = Callable[[Entity], Entity]


def assistant(entity: Entity) -> Entity:
    """An assistant."""
    model = entity.get("model") or {}
    system = [
        one.get("content") for one in model.get("messages") or () if one.get("role") == "system"
    ]
    return _present(
        {
            **_identity(entity),
            "name": entity.get("name") or "Vapi Assistant",
            "llm": _only(model, "provider", "model"),
            "instructions": system[0] if system else None,
            "voice": _only(entity.get("voice"), "provider", "voiceId", "model"),
            "transcriber": _only(entity.get("transcriber"), "provider", "model"),
            "toolIds": model.get("toolIds") or [],
            "firstMessage": entity.get("firstMessage"),
            "firstMessageMode": entity.get("firstMessageMode"),
        }
    )


def call(entity: Entity) -> Entity:
    """A call."""
    plan = (entity.get("request") or {}).get("schedulePlan") or entity.get("schedulePlan") or {}
    return _present(
        {
            **_identity(entity),
            "status": entity.get("status"),
            "endedReason": entity.get("endedReason"),
            "assistantId": entity.get("assistantId"),
            "phoneNumberId": entity.get("phoneNumberId"),
            "customer": _only(entity.get("customer"), "number"),
            "scheduledAt": plan.get("earliestAt"),
            "startedAt": entity.get("startedAt"),
            "endedAt": entity.get("endedAt"),
            "summary": (entity.get("analysis") or {}).get("summary"),
        }
    )


def phone_number(entity: Entity) -> Entity:
    """A phone number."""
    number = entity.get("number") or entity.get("sipUri")
    return _present(
        {
            **_identity(entity),
            "name": entity.get("name"),
            "phoneNumber": number,
            "number": number,
            "provider": entity.get("provider"),
            "status": entity.get("status"),
            "assistantId": entity.get("assistantId"),
        }
    )


def tool(entity: Entity) -> Entity:
    """A tool."""
    function = entity.get("function") or {}
    return _present(
        {
            **_identity(entity),
            "type": entity.get("type"),
            "name": function.get("name") or entity.get("name"),
            "description": function.get("description") or entity.get("description"),
            "parameters": function.get("parameters"),
            "server": _only(entity.get("server"), "url"),
            "url": entity.get("url"),
            "destinations": entity.get("destinations"),
        }
    )


def _identity(entity: Entity) -> Entity:
    return {name: entity.get(name) for name in ("id", "createdAt", "updatedAt")}


def _only(part: Any, *names: str) -> Entity | None:
    if not isinstance(part, dict):
        return None
    return {name: part[name] for name in names if part.get(name) is not None} or None


def _present(entity: Entity) -> Entity:
    return {name: value for name, value in entity.items() if value is not None}
