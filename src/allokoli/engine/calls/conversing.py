"""A conversation, begun or gone on with from what is written down.

Calls come here with their row; chats, sessions and evaluations build a `Conversation` of the same
parts: `casting.cast_of` and `backstage.EngineBackstage`.
"""

from typing import Any

from allokoli.engine.calls.backstage import CallBackstage
from allokoli.engine.calls.casting import variable_values
from allokoli.engine.calls.kept import kept_cast, kept_state
from allokoli.engine.calls.models import WEB, Call, CallMessage
from allokoli.engine.calls.shown import brief, told_to_models
from allokoli.engine.calls.shown_messages import remembered
from allokoli.engine.conversation.conversation import Conversation, Facts

_STANDING = frozenset({"call", "phoneNumber"})
_OF_NUMBER = ("id", "number", "name", "provider")


def conversation_of(call: Call, messages: list[CallMessage]) -> Conversation:
    """The conversation of a call; to be closed after use, its `state` to be stored.

    Args:
        call: the row.
        messages: what was said and done so far, in order; empty at the start.
    """
    backstage = CallBackstage(call)
    conversation = Conversation(
        kept_cast(call),
        backstage,
        facts_of(call),
        remembered(messages),
        kept_state(call),
    )
    backstage.history = lambda: conversation.history
    return conversation


def facts_of(call: Call) -> Facts:
    """What is known of a call before anything is said."""
    number = call.cast_json.get("phoneNumber") or {}
    standing = {
        "call": told_to_models(brief(call)),
        "phoneNumber": {name: number[name] for name in _OF_NUMBER if name in number},
    }
    return Facts(
        now=call.started_at or call.created_at,
        customer=call.request.get("customer"),
        variable_values=standing | variable_values(call.request),
        transport="web" if call.transport == WEB else call.transport,
    )


def learned(call: Call, conversation: Conversation) -> dict[str, Any]:
    """A call's `artifact.variableValues` as its conversation left them."""
    own = variable_values(call.request)
    found = conversation.variables
    return {name: one for name, one in found.items() if name not in _STANDING or name in own}
