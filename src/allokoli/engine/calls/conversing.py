"""A conversation, begun or gone on with from what is written down.

Calls come here with their row; chats, sessions and evaluations build a `Conversation` of the same
parts: `casting.cast_of`, `backstage.EngineBackstage`, `history_of`.
"""

from typing import Any

from allokoli.engine.calls.backstage import CallBackstage
from allokoli.engine.calls.casting import variable_values
from allokoli.engine.calls.kept import kept_cast
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.conversation import Conversation, Facts


def conversation_of(call: Call, messages: list[CallMessage]) -> Conversation:
    """The conversation of a call; to be closed after use, its `state` to be stored.

    Args:
        call: the row.
        messages: what was said and done so far, in order; empty at the start.
    """
    return Conversation(
        kept_cast(call),
        CallBackstage(call),
        facts_of(call),
        history_of(messages),
        dict(call.state),
    )


def facts_of(call: Call) -> Facts:
    """What is known of a call before anything is said."""
    return Facts(
        now=call.started_at or call.created_at,
        customer=call.request.get("customer"),
        variable_values=variable_values(call.request),
    )


def history_of(messages: list[CallMessage]) -> list[Message]:
    """What was said and done, as a model is told of it (OpenAI's shape).

    A function that was asked for and never answered, because its process died, is left out: models
    refuse a history with such a hole.
    """
    answered = {one.extra.get("toolCallId") for one in messages if one.role == "tool_call_result"}
    history: list[Message] = []
    asked: set[Any] = set()
    for one in messages:
        if one.role == "tool_calls":
            calls = [call for call in one.extra.get("toolCalls", ()) if call["id"] in answered]
            asked |= {call["id"] for call in calls}
            if calls:
                history.append({"role": "assistant", "content": None, "tool_calls": calls})
        elif one.role == "tool_call_result":
            call_id = one.extra.get("toolCallId")
            if call_id in asked:
                asked.discard(call_id)
                history.append({"role": "tool", "tool_call_id": call_id, "content": one.text})
        else:
            history.append({"role": one.role, "content": one.text})
    return history
