"""A call's conversation, begun or gone on with from what is written down."""

from allokoli.core.security.sealed_json import whole
from allokoli.engine.calls.backstage import CallBackstage
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.conversation import Conversation, Facts


def conversation_of(call: Call, messages: list[CallMessage]) -> Conversation:
    """The conversation of a call; to be closed after use.

    Args:
        call: the row.
        messages: what was said so far, in order; empty at the start.
    """
    overrides = call.request.get("assistantOverrides") or {}
    facts = Facts(
        now=call.created_at,
        customer=call.request.get("customer"),
        variable_values=overrides.get("variableValues") or {},
    )
    cast = Cast.from_json(whole(call.cast_json, call.secrets_sealed))
    history = [{"role": message.role, "content": message.text} for message in messages]
    return Conversation(cast, CallBackstage(call), facts, history, call.state)
