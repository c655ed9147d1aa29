"""Two talk in writing, a caller and an assistant on trial, within bounds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.ended_reasons import CALLER_HUNG_UP, TOO_LONG
from allokoli.engine.testing.callers import Caller
from allokoli.engine.testing.trial import Turn, turn_of

MOST_TURNS = 40


class Unwanted(Exception):
    """Nobody waits for this conversation any more."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that was held.

    Attributes:
        messages: in OpenAI's shape, without instructions.
        ended_reason: Vapi's literal.
        turns: how often the caller spoke.
    """

    messages: list[dict[str, Any]]
    ended_reason: str
    turns: int


async def talk(target: Conversation, caller: Caller, wanted: Callable[[], Awaitable[bool]]) -> Talk:
    """Let them talk until one hangs up, or for 40 turns.

    Args:
        target: the assistant on trial.
        caller: who calls it.
        wanted: asked before each turn; False stops everything.

    Raises:
        Unwanted: it said so.
    """
    turn: Turn = await turn_of(target.open())
    turns = 0
    reason = turn.ended
    while reason is None:
        if not await wanted():
            raise Unwanted
        if turns >= MOST_TURNS:
            reason = TOO_LONG
            break
        words = await (caller.answers(turn.said) if turn.said else _prompted(caller, turns))
        if words is None:
            reason = CALLER_HUNG_UP
            break
        turns += 1
        turn = await turn_of(target.hear(words))
        reason = turn.ended
    return Talk(list(target.history), reason, turns)


async def _prompted(caller: Caller, turns: int) -> str | None:
    """The assistant said nothing: a caller speaks first, and hangs up on silence later."""
    return await caller.speaks_first() if turns == 0 else None
