"""A conversation, begun or gone on with from what is written down.

Calls come here with their row; chats, sessions and evaluations build a `Conversation` of the same
parts: `casting.cast_of` and `backstage.EngineBackstage`.
"""

from allokoli.engine.calls.backstage import CallBackstage
from allokoli.engine.calls.casting import variable_values
from allokoli.engine.calls.kept import kept_cast, kept_state
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.calls.shown_messages import history_of
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
        kept_state(call),
    )


def facts_of(call: Call) -> Facts:
    """What is known of a call before anything is said."""
    return Facts(
        now=call.started_at or call.created_at,
        customer=call.request.get("customer"),
        variable_values=variable_values(call.request),
    )
