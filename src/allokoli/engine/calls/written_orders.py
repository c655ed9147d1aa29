"""Orders to a written call, as `control` checked them."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls import text_calls
from allokoli.engine.calls.news import News
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.ended_reasons import CANCELED, SAID_LAST_MESSAGE
from allokoli.engine.conversation.events import Event, Transfer


async def obey(identity: Identity, call_id: UUID, order: dict[str, Any], news: News) -> None:
    """Carry out a checked order.

    Raises:
        Missing: no such call.
        Invalid: it has ended, or the order is none for a written call.
        Busy: a turn of this call is being answered elsewhere.
    """
    if order["type"] == "end-call":
        await text_calls.hang_up(identity, call_id, CANCELED, news)
        return
    if order["type"] == "control":
        raise Invalid("control does not apply to a written call.")
    added = None
    if order["type"] == "add-message":
        role = "system" if order["role"] == "developer" else order["role"]
        added = (role, order["content"])
    try:
        await text_calls.perform(
            identity, call_id, lambda one: _done(one, order), news, added=added
        )
    except ServerFailed as failure:
        raise Invalid(f"This call cannot be handed over: {failure}.") from None


async def _done(conversation: Conversation, order: dict[str, Any]) -> AsyncGenerator[Event]:
    match order["type"]:
        case "say":
            reason = SAID_LAST_MESSAGE if order["end"] else None
            async for event in conversation.say_out_of_turn(order["content"], end=reason):
                yield event
        case "add-message":
            message = {"role": order["role"], "content": order["content"]}
            async for event in conversation.add_message(message, respond=order["answer"]):
                yield event
        case "transfer" | "handoff":
            if order["content"]:
                async for event in conversation.say_out_of_turn(order["content"]):
                    yield event
            if order["type"] == "transfer":
                yield Transfer(order["destination"])
            else:
                async for event in conversation.hand_off(order["destination"]):
                    yield event
