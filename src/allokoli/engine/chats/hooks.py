"""What an assistant asks to be done when a session opens."""

import contextlib
from typing import Any

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.kinds import SESSION
from allokoli.engine.calls.backstage import EngineBackstage
from allokoli.engine.calls.casting import cast_of, variable_values
from allokoli.engine.chats.messages import Answer
from allokoli.engine.chats.working import TURN_TIMEOUT_S, alone, bounded, follow
from allokoli.engine.conversation.conversation import Conversation, Facts

_ON = "session.created"


def wants_to_act(assistant: dict[str, Any] | None) -> bool:
    """Whether an assistant has something to do when a session opens."""
    hooks = (assistant or {}).get("hooks")
    return isinstance(hooks, list) and any(
        isinstance(one, dict) and one.get("on") == _ON for one in hooks
    )


def session_created(identity: Identity, told: dict[str, Any]) -> None:
    """Run the hooks of a session just opened, before any chat in it; returns at once.

    Args:
        identity: acts for the organization.
        told: the session, as the wire shows it.
    """
    follow(_act(identity, told))


async def _act(identity: Identity, told: dict[str, Any]) -> None:
    with contextlib.suppress(Missing):
        async with alone(told["id"]), bounded(TURN_TIMEOUT_S):
            async with session(identity) as opened:
                row = await resources.row(opened, SESSION, told["id"])
                body = dict(resources.whole_body(row))
                cast = await cast_of(opened, body)
            conversation = Conversation(
                cast,
                EngineBackstage(identity.organization, {"session": told}, clock.now()),
                Facts(clock.now(), body.get("customer"), variable_values(body)),
            )
            answer = Answer()
            async with contextlib.aclosing(conversation):
                async for event in conversation.happened(_ON):
                    answer.take(event)
            async with session(identity) as opened:
                row = await resources.row(opened, SESSION, told["id"], lock=True)
                body = dict(resources.whole_body(row))
                body["messages"] = [*(body.get("messages") or ()), *answer.output]
                body["conversationState"] = conversation.state
                await resources.keep(opened, row, body)
