"""Those who call an assistant on trial: a language model playing a person, or a script."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.conversation import Conversation, Facts
from allokoli.engine.conversation.script import assistant_language, blueprint_of
from allokoli.engine.credentials.lending import lend
from allokoli.engine.models.choose import choose_model
from allokoli.engine.testing.scripted_caller import ScriptedCaller
from allokoli.engine.testing.trial import TrialBackstage, turn_of

_ROLE = (
    "You play a person who phones a business; you are not an assistant. Say only what that person "
    "says, one or two short sentences at a time, in the language you are spoken to. Never invent a "
    "fact that the script contradicts. When the conversation has reached its end, say goodbye and "
    "call the function that hangs up.\n\nYour script:\n{script}"
)
_END_CALL = "endCall"
_HANG_UP = {"type": _END_CALL}
# The business says nothing first, in some settings; a person then does.
_GREETED_BY_SILENCE = "(The line is open; nobody has spoken yet.)"


class Caller(Protocol):
    """Someone on the other end of the line."""

    async def speaks_first(self) -> str | None:
        """The first words, when the assistant waits for them; None to hang up."""
        ...

    async def answers(self, said: str) -> str | None:
        """What to say to the assistant's words; None to hang up."""
        ...

    async def close(self) -> None:
        """Release what it holds."""
        ...


class ModelCaller:
    """A caller played by a language model.

    Args:
        conversation: of the assistant that plays.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._gone = False

    async def speaks_first(self) -> str | None:
        """See `Caller`."""
        return await self.answers(_GREETED_BY_SILENCE)

    async def answers(self, said: str) -> str | None:
        """See `Caller`; hanging up after a goodbye takes effect at the next turn."""
        if self._gone:
            return None
        turn = await turn_of(self._conversation.hear(said))
        self._gone = turn.ended is not None
        return turn.said or None

    async def close(self) -> None:
        """See `Caller`."""
        await self._conversation.aclose()


async def caller_of(
    org_id: UUID,
    player: dict[str, Any],
    script: str,
    target: dict[str, Any],
    now: datetime,
    variables: dict[str, Any] | None = None,
) -> Caller:
    """The caller of a trial.

    Args:
        org_id: whose trial it is.
        player: the assistant that plays the caller, as Vapi writes it.
        script: what the caller is to do.
        target: the assistant that will be called.
        now: when the call begins, aware.
        variables: further variables of the player's prompt.

    Returns:
        A language model where the player has one, else a script read out of the instructions.
    """
    assistant = _playing(player, script, bool(variables))
    async with session(Identity.job(org_id)) as opened:
        cast = await lend(opened, Cast((Member(assistant),)))
    chosen = choose_model(cast.first.assistant, call={}, started_at=clock.now())
    await chosen.model.close()
    if chosen.guided:
        return ScriptedCaller(script, blueprint_of(target), assistant_language(target), now)
    backstage = TrialBackstage(org_id, {}, now, {})
    facts = Facts(now=now, variable_values=variables or {})
    return ModelCaller(Conversation(cast, backstage, facts))


def _playing(player: dict[str, Any], script: str, prompted: bool) -> dict[str, Any]:
    """The player's settings with its role; one whose own prompt holds the script keeps to it."""
    model = dict(player.get("model") or {})
    messages = [one for one in model.get("messages") or () if isinstance(one, dict)]
    own = any("test.script" in str(one.get("content")) for one in messages) and prompted
    if not own:
        messages = [*messages, {"role": "system", "content": _ROLE.format(script=script)}]
    tools = [one for one in model.get("tools") or () if isinstance(one, dict)]
    if not any(one.get("type") == _END_CALL for one in tools):
        tools = [*tools, _HANG_UP]
    model |= {"messages": messages, "tools": tools}
    return {**player, "model": model, "firstMessageMode": "assistant-waits-for-user"}
