"""What tools tell of an entity: the official server's properties, then what a person would ask.

A property of the official server is there even when an entity leaves it open, with its own value.
"""

from collections.abc import Callable
from typing import Any

Entity = dict[str, Any]
Output = Callable[[Entity], Entity]


def assistant(entity: Entity) -> Entity:
    """An assistant."""
    model = entity.get("model") or {}
    voice = entity.get("voice") or {}
    transcriber = entity.get("transcriber") or {}
    return {
        **_identity(entity),
        "name": entity.get("name") or "Vapi Assistant",
        "llm": {
            "provider": model.get("provider") or "openai",
            "model": model.get("model") or "gpt-4o-mini",
        },
        "voice": {
            "provider": voice.get("provider") or "11labs",
            "voiceId": voice.get("voiceId") or "",
            "model": voice.get("model") or "eleven_turbo_v2_5",
        },
        "transcriber": {
            "provider": transcriber.get("provider") or "deepgram",
            "model": transcriber.get("model") or "nova-3",
        },
        "toolIds": model.get("toolIds") or [],
        **_present(
            instructions=_instructions(model),
            firstMessage=entity.get("firstMessage"),
            firstMessageMode=entity.get("firstMessageMode"),
        ),
    }


def call(entity: Entity) -> Entity:
    """A call."""
    plan = (entity.get("request") or {}).get("schedulePlan") or entity.get("schedulePlan") or {}
    customer = entity.get("customer")
    overrides = entity.get("assistantOverrides") or {}
    return {
        **_identity(entity),
        "status": entity.get("status") or "",
        **_present(
            endedReason=entity.get("endedReason"),
            assistantId=entity.get("assistantId"),
            phoneNumberId=entity.get("phoneNumberId"),
            customer={"number": customer.get("number") or ""} if customer else None,
            scheduledAt=plan.get("earliestAt"),
            variableValues=overrides.get("variableValues"),
            startedAt=entity.get("startedAt"),
            endedAt=entity.get("endedAt"),
            summary=(entity.get("analysis") or {}).get("summary"),
        ),
    }


def phone_number(entity: Entity) -> Entity:
    """A phone number."""
    return {
        **_identity(entity),
        **_present(
            name=entity.get("name"),
            phoneNumber=entity.get("number"),
            status=entity.get("status"),
            sipUri=entity.get("sipUri"),
            provider=entity.get("provider"),
            assistantId=entity.get("assistantId"),
        ),
    }


def tool(entity: Entity) -> Entity:
    """A tool."""
    function = entity.get("function") or {}
    server = entity.get("server") or {}
    return {
        **_identity(entity),
        "type": entity.get("type") or "",
        "name": function.get("name") or entity.get("name") or "",
        "description": function.get("description") or entity.get("description") or "",
        "parameters": function.get("parameters") or {},
        "server": {"url": server.get("url") or "", "headers": server.get("headers") or {}},
        **_present(url=entity.get("url"), destinations=entity.get("destinations")),
    }


def _instructions(model: Entity) -> str | None:
    messages = model.get("messages") or ()
    return next((one.get("content") for one in messages if one.get("role") == "system"), None)


def _identity(entity: Entity) -> Entity:
    return {name: entity.get(name) for name in ("id", "createdAt", "updatedAt")}


def _present(**properties: Any) -> Entity:
    return {name: value for name, value in properties.items() if value is not None}
