"""What a conversation did beside speaking, as a call's record keeps it."""

from typing import Any

from allokoli.engine.calls.call_log import CallLog
from allokoli.engine.calls.models import Call
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import ToolCall
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.events import (
    Event,
    HandedOff,
    ToolAnswered,
    ToolsCalled,
    Transfer,
)

TOOL_CALLS = "tool_calls"
TOOL_RESULT = "tool_call_result"
# A call that goes round and round is cut off by other means; its record stays readable.
_MOST = 1_000


def as_message(event: Event) -> tuple[str, str, dict[str, Any]] | None:
    """What an event leaves in the transcript: role, text and the rest; None for nothing."""
    match event:
        case ToolsCalled(calls):
            return TOOL_CALLS, "", {"toolCalls": [wire_tool_call(one) for one in calls]}
        case ToolAnswered(call, result, failed):
            return TOOL_RESULT, result, {"toolCallId": call.id, "name": call.name, "failed": failed}
    return None


def wire_tool_call(call: ToolCall) -> dict[str, Any]:
    """A function a model asked for, in OpenAI's shape."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def first_artifacts(cast: Cast) -> dict[str, Any]:
    """What a call's artifact says before anything happened: who, or which node, opens."""
    if cast.workflow is not None:
        nodes = cast.workflow["nodes"]
        start = next((one for one in nodes if one.get("isStart")), nodes[0])
        return {"nodes": [{"nodeName": start["name"], "seq": 0}]}
    return {"assistantActivations": [activation(cast.first.assistant, cast.first.assistant_id)]}


def marked(
    artifacts: dict[str, Any], event: Event, conversation: Conversation, seq: int
) -> dict[str, Any]:
    """A call's artifacts after an event.

    Args:
        artifacts: before it.
        event: what happened.
        conversation: what it happened in.
        seq: the number of the message that comes next.
    """
    match event:
        case HandedOff(node=str(node)):
            return _longer(artifacts, "nodes", {"nodeName": node, "seq": seq})
        case HandedOff(assistant=assistant):
            who = activation(assistant, conversation.assistant_id)
            return _longer(artifacts, "assistantActivations", who)
        case Transfer(destination):
            plan = destination.get("transferPlan") or {}
            mode = plan.get("mode") or "blind-transfer"
            done = {"destination": destination, "mode": mode, "status": "completed"}
            return {**_longer(artifacts, "transfers", done), "destination": destination}
    return artifacts


def noted(log: CallLog, event: Event) -> None:
    """Write an event into a call's log: names, no words."""
    match event:
        case ToolsCalled(calls):
            log.note("Provider", "tools called", tools=[one.name for one in calls])
        case ToolAnswered(call, _, failed):
            level = "error" if failed else "info"
            log.note("Provider", "tool answered", level=level, tool=call.name)
        case HandedOff(node=str(node)):
            log.note("Call", "node entered", node=node)
        case HandedOff(assistant, before):
            names = {
                "before": str(before.get("name") or ""),
                "to": str(assistant.get("name") or ""),
            }
            log.note("Call", "handed over", **names)
        case Transfer(destination):
            log.note("Call", "forwarded", destination=str(destination.get("type") or ""))


def activation(assistant: dict[str, Any], assistant_id: str | None) -> dict[str, Any]:
    """Vapi's `AssistantActivation`."""
    named = {"assistantName": str(assistant.get("name") or "")}
    return {**named, "assistantId": assistant_id} if assistant_id else named


def speaker(call: Call, conversation: Conversation) -> dict[str, Any]:
    """Whose words a message holds, where several may speak."""
    activated = call.artifacts.get("assistantActivations", ())
    if len(conversation.cast.members) == 1 and len(activated) <= 1:
        return {}
    who = activation(conversation.assistant, conversation.assistant_id)
    return {name: value for name, value in who.items() if value}


def _longer(artifacts: dict[str, Any], name: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {**artifacts, name: [*artifacts.get(name, ()), entry][:_MOST]}
