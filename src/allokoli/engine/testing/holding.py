"""Holds a conversation on trial: a caller is played, the target answers, in writing."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from allokoli.core import clock
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.kinds import Kind
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.conversation import Conversation, Facts
from allokoli.engine.testing.callers import caller_of
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.talking import talk
from allokoli.engine.testing.trial import TrialBackstage, mocked


@dataclass(frozen=True, slots=True)
class Play:
    """Who calls, and how.

    Attributes:
        player: the assistant that plays the caller, as Vapi writes it.
        script: what the caller is to do.
        variables: further variables of the player's prompt.
    """

    player: dict[str, Any]
    script: str
    variables: dict[str, Any] = field(default_factory=dict)


async def hold(
    org_id: UUID,
    target: tuple[Cast, dict[str, Any]],
    play: Play,
    wanted: Callable[[], Awaitable[bool]],
    *,
    known: dict[str, Any] | None = None,
    mocks: dict[str, str] | None = None,
) -> Held:
    """Let a caller and the target talk until one hangs up.

    Args:
        org_id: whose trial it is.
        target: who may answer, and the call's own variables.
        play: the caller's part.
        wanted: asked before each turn; False stops everything.
        known: what models may know of the call, by Vapi's names.
        mocks: results of tools that are not to be called, by their names.

    Raises:
        Unwanted: `wanted` said so.
    """
    now = clock.now()
    cast, variables = target
    cast, known = mocked(cast, mocks or {}), known or {}
    backstage = TrialBackstage(org_id, known, now, mocks or {})
    conversation = Conversation(cast, backstage, Facts(now=now, variable_values=variables))
    opener = cast.first.assistant
    caller = await caller_of(org_id, play.player, play.script, opener, now, play.variables)
    try:
        async with aclosing(conversation):
            held = await talk(conversation, caller, wanted)
    finally:
        await caller.close()
    return Held(
        org_id=org_id,
        messages=held.messages,
        assistant=opener,
        started_at=now,
        ended_at=max(clock.now(), now),
        known=known,
        ended_reason=held.ended_reason,
        variable_values=variables,
    )


async def is_kept(identity: Identity, kind: Kind, run_id: str) -> bool:
    """Whether a run is still there: deleting it is how it is cancelled."""
    try:
        await resources.get(identity, kind, run_id)
    except Missing:
        return False
    return True
