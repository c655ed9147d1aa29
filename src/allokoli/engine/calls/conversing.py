"""A call's conversation, begun or gone on with from what is written down."""

from typing import Any

from allokoli.engine.api.wire import iso
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.script import Script
from allokoli.engine.models.choose import choose_model


def conversation_of(call: Call, messages: list[CallMessage]) -> Conversation:
    """The conversation of a call; to be closed after use.

    Args:
        call: the row.
        messages: what was said so far, in order; empty at the start.
    """
    overrides = call.request.get("assistantOverrides") or {}
    script = Script.of(
        call.assistant,
        now=call.created_at,
        customer=call.request.get("customer"),
        variable_values=overrides.get("variableValues"),
    )
    chosen = choose_model(call.assistant, call=known_of(call), started_at=call.created_at)
    history = [{"role": message.role, "content": message.text} for message in messages]
    return Conversation(script, chosen.model, history)


def known_of(call: Call) -> dict[str, Any]:
    """What a model may know of the call it answers in, by Vapi's names."""
    return {
        "id": str(call.id),
        "orgId": str(call.org_id),
        "type": call.type,
        "createdAt": iso(call.created_at),
        "assistantId": str(call.assistant_id) if call.assistant_id else None,
        "customer": call.request.get("customer"),
    }
