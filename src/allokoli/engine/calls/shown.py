"""A call as Vapi shows it."""

from collections.abc import Mapping
from typing import Any

from allokoli.engine.api.wire import iso
from allokoli.engine.calls import links
from allokoli.engine.calls.casting import STARTS, variable_values
from allokoli.engine.calls.counts import cost_breakdown, costs, performance_metrics
from allokoli.engine.calls.models import ENDED, TEXT, WEB, WEBSOCKET, Call, CallMessage
from allokoli.engine.calls.shown_messages import openai_messages, transcript, wire_messages

_ECHOED = (
    *STARTS, "assistantOverrides", "squadOverrides", "workflowOverrides", "assistantVersion",
    "squadVersion", "phoneNumber", "customer", "customerId", "metadata", "schedulePlan",
)  # fmt: skip
# What a call leaves beside words, as its artifact names it.
_LEFT = ("transfers", "assistantActivations", "structuredOutputs", "skippedStructuredOutputs",
         "structuredOutputsLastUpdatedAt", "scorecards")  # fmt: skip
# What a model's server may know of the call it answers in.
_FOR_MODELS = ("id", "orgId", "type", "createdAt", "assistantId", "squadId", "phoneNumberId",
               "customer", "metadata", "name")  # fmt: skip


def shown(call: Call, messages: list[CallMessage]) -> dict[str, Any]:
    """The whole call, as its owner may see it.

    Args:
        call: the row.
        messages: what was said and done, in order.
    """
    return {
        **brief(call),
        "messages": wire_messages(call, messages),
        "artifact": artifact(call, messages),
        "analysis": call.analysis,
        "cost": 0,
        "costs": costs(call),
        "costBreakdown": cost_breakdown(call),
        **({"warnings": call.warnings} if call.warnings else {}),
    }


def brief(call: Call) -> dict[str, Any]:
    """The call as live messages carry it: what it is, not what was said."""
    optional = {
        **{name: call.request.get(name) for name in _ECHOED},
        "name": call.name,
        "assistantId": str(call.assistant_id) if _asked_for_assistant(call) else None,
        "squadId": str(call.squad_id) if call.squad_id else None,
        "workflowId": str(call.workflow_id) if call.workflow_id else None,
        "phoneNumberId": str(call.phone_number_id) if call.phone_number_id else None,
        "campaignId": str(call.campaign_id) if call.campaign_id else None,
        "startedAt": iso(call.started_at),
        "endedAt": iso(call.ended_at),
        "endedReason": call.ended_reason,
        "artifactPlan": call.assistant.get("artifactPlan"),
        "destination": call.artifacts.get("destination"),
        "transport": _transport(call),
        "conversationType": "chat" if call.transport == TEXT else None,
        **_carrier(call),
    }
    return {
        **_heading(call),
        "monitor": _monitor(call),
        **{name: value for name, value in optional.items() if value is not None},
    }


def told_to_models(call: Mapping[str, Any]) -> dict[str, Any]:
    """What a model's server may know of a call.

    Args:
        call: as `brief` shows it.
    """
    return {name: call[name] for name in _FOR_MODELS if name in call}


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
        "transport": _transport(call),
        "warnings": call.warnings,
        "webCallUrl": links.offer(call.id, call.org_id),
    }


def artifact(call: Call, messages: list[CallMessage]) -> dict[str, Any]:
    """What a call leaves: words, recording, figures."""
    made: dict[str, Any] = {
        "messages": wire_messages(call, messages),
        "messagesOpenAIFormatted": openai_messages(call, messages),
        "transcript": transcript(call, messages),
        "variableValues": {
            **variable_values(call.request),
            **call.artifacts.get("variableValues", {}),
        },
        "performanceMetrics": performance_metrics(call),
        **{name: call.artifacts[name] for name in _LEFT if name in call.artifacts},
    }
    if "nodes" in call.artifacts:
        made["nodes"] = _nodes(call, messages)
    if call.recording_key:
        made |= links.recordings(call.id, call.org_id)
    if call.status == ENDED and logging_wanted(call):
        made |= links.logs(call.id, call.org_id)
    return made


def recording_wanted(call: Call) -> bool:
    """Whether the assistant's artifact plan keeps a recording."""
    return (call.assistant.get("artifactPlan") or {}).get("recordingEnabled") is not False


def logging_wanted(call: Call) -> bool:
    """Whether the assistant's artifact plan keeps a log."""
    return (call.assistant.get("artifactPlan") or {}).get("loggingEnabled") is not False


def monitored(call: Call, way: str) -> tuple[bool, bool]:
    """Whether a call may be listened to, or controlled, from outside; and only with a key.

    Args:
        call: the row.
        way: `listen` or `control`.
    """
    plan = call.assistant.get("monitorPlan") or {}
    enabled = plan.get(f"{way}Enabled") is not False
    return enabled, plan.get(f"{way}AuthenticationEnabled") is True


def _monitor(call: Call) -> dict[str, str]:
    if call.status == ENDED:
        return {}
    urls = {}
    controlled, with_key = monitored(call, "control")
    if controlled:
        urls["controlUrl"] = links.control(call.id, call.org_id, signed=not with_key)
    heard, with_key = monitored(call, "listen")
    if heard and call.transport != TEXT:
        urls["listenUrl"] = links.listen(call.id, call.org_id, signed=not with_key)
    return urls


def _transport(call: Call) -> dict[str, Any] | None:
    """The transport by a name that Vapi's clients know; a written call has none."""
    asked = call.request.get("transport")
    asked = asked if isinstance(asked, dict) else {}
    if call.transport == TEXT:
        return None
    if call.transport == WEB:
        return {**asked, "provider": "daily", "callUrl": links.offer(call.id, call.org_id)}
    if call.transport == WEBSOCKET:
        url = links.transport(call.id, call.org_id)
        return {**asked, "provider": WEBSOCKET, "websocketCallUrl": url}
    phone = call.artifacts.get("phone")
    sid = phone.get("providerId") if isinstance(phone, dict) else None
    return {**asked, "provider": call.transport, **({"callSid": sid} if sid else {})}


def _carrier(call: Call) -> dict[str, Any]:
    """Who carries a phone call; telephony keeps it in `artifacts`."""
    phone = call.artifacts.get("phone")
    if not isinstance(phone, dict):
        return {}
    return {
        "phoneCallProvider": phone.get("provider"),
        "phoneCallTransport": phone.get("transport") or "pstn",
        "phoneCallProviderId": phone.get("providerId"),
    }


def _nodes(call: Call, messages: list[CallMessage]) -> list[dict[str, Any]]:
    """What was said in each node of a workflow, in the order they were entered."""
    entered = call.artifacts["nodes"]
    until = [one["seq"] for one in entered[1:]] + [len(messages)]
    return [
        {
            "nodeName": node["nodeName"],
            "messages": wire_messages(
                call, [one for one in messages if node["seq"] <= one.seq < end]
            ),
        }
        for node, end in zip(entered, until, strict=True)
    ]


def _asked_for_assistant(call: Call) -> bool:
    return call.assistant_id is not None and call.squad_id is None


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
