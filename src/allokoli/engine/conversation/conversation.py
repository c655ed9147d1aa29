"""One call's turns: what was said becomes what to say and do next."""

import contextlib
from collections.abc import AsyncGenerator, Iterable
from typing import Any

from allokoli.engine.conversation import editing, hooks, keypad
from allokoli.engine.conversation.backstage import Backstage
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.events import EndCall, Event
from allokoli.engine.conversation.handing_over import ToMember
from allokoli.engine.conversation.script import Script
from allokoli.engine.conversation.stage import Facts, Stage
from allokoli.engine.conversation.tools.handoff import member_of
from allokoli.engine.conversation.tools.voicemail import VOICEMAIL
from allokoli.engine.conversation.turn import Turn

__all__ = ["Conversation", "Facts"]


class Conversation:
    """Follows a cast with its models. One turn at a time; a turn may be abandoned midway.

    Args:
        cast: who may answer.
        backstage: what it needs of the engine around it.
        facts: what is known beforehand.
        history: turns already spoken, to go on from; OpenAI's shape, no instructions.
        state: what `state` was after them; empty at the start.
    """

    def __init__(
        self,
        cast: Cast,
        backstage: Backstage,
        facts: Facts,
        history: Iterable[Message] = (),
        state: dict[str, Any] | None = None,
    ) -> None:
        self._stage = Stage(cast, backstage, facts, list(history), state or {})

    @property
    def cast(self) -> Cast:
        """Who may answer, those who joined in the call too."""
        return self._stage.cast

    @property
    def history(self) -> list[Message]:
        """All that was said and done; OpenAI's shape, no instructions."""
        return self._stage.history

    @property
    def state(self) -> dict[str, Any]:
        """JSON; what another process needs to go on. It may hold secrets, as a cast does."""
        return self._stage.memory.data

    @property
    def variables(self) -> dict[str, Any]:
        """The call's own variables and those extracted in it (`artifact.variableValues`)."""
        return self._stage.facts.variable_values | self._stage.memory.variables

    @property
    def assistant(self) -> dict[str, Any]:
        """Who speaks now, as Vapi writes it."""
        return self._stage.assistant

    @property
    def assistant_id(self) -> str | None:
        """The stored assistant that speaks now; None for a transient one."""
        return self._stage.member.assistant_id

    @property
    def script(self) -> Script:
        """What the settings of who speaks now ask."""
        return self._stage.script

    @property
    def instructions(self) -> list[Message]:
        """The system messages of who speaks now, templates filled."""
        return self._stage.instructions

    @property
    def language(self) -> str:
        """Two letters: the language to understand and to speak."""
        return self._stage.script.language

    @property
    def prompt_tokens(self) -> int:
        """Tokens the models read, as they count them."""
        return self._stage.prompt_tokens

    @property
    def completion_tokens(self) -> int:
        """Tokens the models wrote."""
        return self._stage.completion_tokens

    @property
    def characters(self) -> int:
        """Characters given to be voiced."""
        return self._stage.characters

    async def open(self) -> AsyncGenerator[Event]:
        """The call is connected; yields the greeting, if the assistant speaks first."""
        self._begin()
        async with contextlib.aclosing(Turn(self._stage).open()) as events:
            async for event in events:
                yield event

    async def hear(self, text: str) -> AsyncGenerator[Event]:
        """The caller finished a turn; yields the answer.

        Args:
            text: what was understood; empty when the caller stayed silent.
        """
        await self._stage.settle()
        if text.strip():
            hooks.caller_spoke(self._stage)
        self.history.append({"role": "user", "content": text})
        self._begin()
        async with contextlib.aclosing(Turn(self._stage).answer()) as events:
            async for event in events:
                yield event

    async def respond(self) -> AsyncGenerator[Event]:
        """Yields what the assistant says to the history as it is (a message was added to it)."""
        await self._stage.settle()
        self._begin()
        async with contextlib.aclosing(Turn(self._stage).answer()) as events:
            async for event in events:
                yield event

    # What happens outside of turns

    async def waited(self, seconds: float) -> AsyncGenerator[Event]:
        """The caller says nothing; yields what hooks ask then, nothing when none is due.

        Args:
            seconds: since the last word of either side; a smaller figure than before means that
                somebody spoke in between.
        """
        self._begin()
        for _, hook in hooks.due(self._stage, seconds):
            async with contextlib.aclosing(hooks.perform(self._stage, hook)) as events:
                async for event in events:
                    yield event

    @property
    def waits(self) -> list[float]:
        """After how many seconds of silence hooks may be due, the shortest first."""
        found = hooks.hooks_on(self._stage, hooks.CUSTOMER_SILENT)
        return sorted(hooks.wait_s(hook) for _, hook in found)

    async def interrupted_by(self, role: str) -> AsyncGenerator[Event]:
        """One side cut the other short; yields what hooks ask then.

        Args:
            role: who interrupted: `user` or `assistant`.
        """
        self._begin()
        on = hooks.ASSISTANT_INTERRUPTED if role == "user" else hooks.CUSTOMER_INTERRUPTED
        async with contextlib.aclosing(self._happened(on)) as events:
            async for event in events:
                yield event

    async def ending(self, reason: str) -> AsyncGenerator[Event]:
        """The call is over; yields what hooks do then. Nothing can be said any more.

        Args:
            reason: its `endedReason`.
        """
        await self._stage.settle()
        facts = {"call.endedReason": reason}
        async with contextlib.aclosing(self._happened(hooks.ENDING, facts, silent=True)) as events:
            async for event in events:
                yield event

    async def session_created(self) -> AsyncGenerator[Event]:
        """A session was made for this conversation; yields what hooks do then."""
        async with contextlib.aclosing(self._happened("session.created")) as events:
            async for event in events:
                yield event

    async def happened(self, on: str) -> AsyncGenerator[Event]:
        """Something else that hooks may name (`model.response.timeout`, …)."""
        async with contextlib.aclosing(self._happened(on)) as events:
            async for event in events:
                yield event

    async def press(self, digits: str) -> AsyncGenerator[Event]:
        """The caller pressed keys; yields the answer once the input is complete.

        Args:
            digits: of 0-9, * and #. After `keypad_wait_s` without another, call `pressed`.
        """
        entry = keypad.pressed(self._stage, digits)
        if entry is not None:
            async with contextlib.aclosing(self.hear(keypad.words(entry))) as events:
                async for event in events:
                    yield event

    async def pressed(self) -> AsyncGenerator[Event]:
        """No further key came; yields the answer to those that did."""
        entry = keypad.taken(self._stage)
        if entry:
            async with contextlib.aclosing(self.hear(keypad.words(entry))) as events:
                async for event in events:
                    yield event

    @property
    def keypad_wait_s(self) -> float:
        """How long another key is waited for, in seconds."""
        return keypad.wait_s(self._stage)

    async def voicemail(self) -> AsyncGenerator[Event]:
        """An answering machine answered; yields the message left on it, and the end."""
        self._begin()
        turn = Turn(self._stage)
        if self.script.voicemail_message:
            yield turn.say(self.script.voicemail_message, interruptible=False)
        yield EndCall(VOICEMAIL)

    # Live control

    def add(self, message: Message) -> None:
        """Put a message in the history that nobody spoke.

        Args:
            message: OpenAI's shape; Vapi's `bot` and `message` are understood too.
        """
        hooks.add_message(self._stage, message)

    async def add_message(self, message: Message, *, respond: bool) -> AsyncGenerator[Event]:
        """Vapi's `add-message`; yields the answer when one is wanted.

        Args:
            message: OpenAI's shape.
            respond: Vapi's `triggerResponseEnabled`.
        """
        if hooks.add_message(self._stage, message) and respond:
            async with contextlib.aclosing(self.respond()) as events:
                async for event in events:
                    yield event

    async def say_out_of_turn(
        self, text: str, *, end: str | None = None, interruptible: bool = True
    ) -> AsyncGenerator[Event]:
        """Vapi's `say`: words from outside, kept in the history.

        Args:
            text: the words.
            end: hang up afterwards, with this `endedReason`.
            interruptible: whether the caller may cut it short.
        """
        self._begin()
        turn = Turn(self._stage)
        if text.strip():
            yield turn.say(text, interruptible=interruptible)
        if end:
            yield turn.end(end)

    async def hand_off(self, destination: dict[str, Any]) -> AsyncGenerator[Event]:
        """Vapi's `handoff` from outside: another assistant goes on.

        Args:
            destination: of type `assistant` or `squad`.

        Raises:
            ServerFailed: there is no such assistant.
        """
        await self._stage.settle()
        self._begin()
        move: ToMember = await member_of(destination, self._stage.scene())
        turn = Turn(self._stage)
        yield self._stage.hand_over(move, [])
        async with contextlib.aclosing(turn.succeed()) as events:
            async for event in events:
                yield event

    def cut(self, heard: str) -> None:
        """The caller interrupted: remember only what they heard of the last turn.

        Args:
            heard: the words that were played; empty when none were.
        """
        editing.cut(self._stage, heard)

    def take_back(self) -> None:
        """The caller went on with their turn before hearing its answer: forget both.

        What tools did in it stays, so that it is not done again.
        """
        editing.take_back(self._stage)

    async def aclose(self) -> None:
        """Release the model's connections."""
        await self._stage.close()

    def _begin(self) -> None:
        self._stage.turn_began = len(self.history)

    async def _happened(
        self, on: str, facts: dict[str, str] | None = None, *, silent: bool = False
    ) -> AsyncGenerator[Event]:
        for _, hook in hooks.hooks_on(self._stage, on):
            if hooks.matches(hook, facts or {}):
                async with contextlib.aclosing(
                    hooks.perform(self._stage, hook, silent=silent)
                ) as events:
                    async for event in events:
                        yield event
