"""A call as Vapi shows it."""

from typing import Any

from allokoli.engine.api.wire import epoch_ms, iso
from allokoli.engine.calls import links
from allokoli.engine.calls.counts import cost_breakdown, costs, performance_metrics
from allokoli.engine.calls.models import ENDED, Call, CallMessage

_ROLES = {"assistant": "bot", "user": "user", "system": "system"}
_ECHOED = ("assistant", "assistantOverrides", "customer", "customerId", "metadata", "squadId")


def shown(call: Call, messages: list[CallMessage]) -> dict[str, Any]:
    """The whole call, as its owner may see it.

    Args:
        call: the row.
        messages: what was said, in order.
    """
    written = wire_messages(call, messages)
    optional = {
        "name": call.name,
        "assistantId": str(call.assistant_id) if call.assistant_id else None,
        "phoneNumberId": str(call.phone_number_id) if call.phone_number_id else None,
        "startedAt": iso(call.started_at),
        "endedAt": iso(call.ended_at),
        "endedReason": call.ended_reason,
        "warnings": call.warnings or None,
        **{name: call.request.get(name) for name in _ECHOED},
    }
    return {
        **_heading(call),
        "transport": {"provider": call.transport},
        "messages": written,
        "artifact": artifact(call, messages),
        "analysis": call.analysis,
        "cost": 0,
        "costs": costs(call),
        "costBreakdown": cost_breakdown(call),
        "monitor": {"controlUrl": links.control(call.id, call.org_id)}
        if call.status != ENDED
        else {},
        **{name: value for name, value in optional.items() if value is not None},
    }


def shown_to_browser(call: Call) -> dict[str, Any]:
    """What a web page may know of the call it starts: no instructions, no addresses, no keys."""
    voice = call.assistant.get("voice") or {}
    return {
        **_heading(call),
        "assistantId": str(call.assistant_id) if call.assistant_id else None,
        "assistant": {
            "name": call.assistant.get("name"),
            "voice": {"provider": voice.get("provider")},
        },
        "artifactPlan": {"videoRecordingEnabled": False},
        "transport": {"provider": call.transport},
        "warnings": call.warnings,
        "webCallUrl": links.offer(call.id, call.org_id),
    }


def artifact(call: Call, messages: list[CallMessage]) -> dict[str, Any]:
    """What a call leaves: words, recording, figures."""
    overrides = call.request.get("assistantOverrides") or {}
    made: dict[str, Any] = {
        "messages": wire_messages(call, messages),
        "messagesOpenAIFormatted": openai_messages(call, messages),
        "transcript": transcript(call, messages),
        "variableValues": overrides.get("variableValues") or {},
        "performanceMetrics": performance_metrics(call),
    }
    if call.recording_key:
        made |= links.recordings(call.id, call.org_id)
    return made


def wire_messages(call: Call, messages: list[CallMessage]) -> list[dict[str, Any]]:
    """What was said, in Vapi's shape: `message`, epoch milliseconds, seconds from the start."""
    start = call.started_at or call.created_at
    return [
        {
            "role": _ROLES.get(message.role, message.role),
            "message": message.text,
            "time": epoch_ms(message.started_at),
            "endTime": epoch_ms(message.ended_at),
            "secondsFromStart": round((message.started_at - start).total_seconds(), 3),
            "duration": round((message.ended_at - message.started_at).total_seconds() * 1000),
        }
        for message in messages
        if message.text
    ]


def openai_messages(call: Call, messages: list[CallMessage]) -> list[dict[str, Any]]:
    """What was said, in OpenAI's shape, after the instructions."""
    instructions = (call.assistant.get("model") or {}).get("messages") or []
    system = [
        {"role": "system", "content": one["content"]}
        for one in instructions
        if isinstance(one, dict) and isinstance(one.get("content"), str)
    ]
    return system + spoken(messages)


def spoken(messages: list[CallMessage]) -> list[dict[str, Any]]:
    """What was said, in OpenAI's shape, without instructions."""
    return [{"role": one.role, "content": one.text} for one in messages if one.text]


def transcript(call: Call, messages: list[CallMessage]) -> str:
    """What was said, a line each: `AI: …`, `User: …`, or the names the assistant's plan gives."""
    plan = (call.assistant.get("artifactPlan") or {}).get("transcriptPlan") or {}
    if plan.get("enabled") is False:
        return ""
    names = {
        "assistant": plan.get("assistantName") or "AI",
        "user": plan.get("userName") or "User",
    }
    return "".join(
        f"{names[message.role]}: {message.text}\n"
        for message in messages
        if message.text and message.role in names
    )


def recording_wanted(call: Call) -> bool:
    """Whether the assistant's artifact plan keeps a recording."""
    return (call.assistant.get("artifactPlan") or {}).get("recordingEnabled") is not False


def _heading(call: Call) -> dict[str, Any]:
    """What everyone may know of a call."""
    return {
        "id": str(call.id),
        "orgId": str(call.org_id),
        "type": call.type,
        "status": call.status,
        "createdAt": iso(call.created_at),
        "updatedAt": iso(call.updated_at),
    }
