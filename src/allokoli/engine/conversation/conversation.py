"""One call's turns: what was said becomes what to say next."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from allokoli.engine.conversation.backstage import Backstage
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import (
    ChatModel,
    Message,
    ModelFailed,
    TextDelta,
    ToolCall,
    Usage,
)
from allokoli.engine.conversation.events import EndCall, Event, Say
from allokoli.engine.conversation.phrases import apology
from allokoli.engine.conversation.script import GENERATES_FIRST, SPEAKS_FIRST, Script

ASSISTANT_ENDED = "assistant-ended-call"
END_PHRASE_SAID = "assistant-said-end-call-phrase"
SILENCE = "silence-timed-out"

_ATTEMPTS = 2
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a call before anything is said.

    Attributes:
        now: the call's start, aware.
        customer: who calls, if known.
        variable_values: the caller's own variables; they win over the standard ones.
    """

    now: datetime
    customer: dict[str, Any] | None = None
    variable_values: dict[str, Any] = field(default_factory=dict)


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
        self.cast = cast
        self.assistant = cast.first.assistant
        self.script = Script.of(
            self.assistant,
            now=facts.now,
            customer=facts.customer,
            variable_values=facts.variable_values,
        )
        self.history: list[Message] = list(history)
        self.state: dict[str, Any] = state or {}
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.characters = 0
        self._backstage = backstage
        self._model: ChatModel = backstage.model(self.assistant)
        self._said: list[str] = []

    @property
    def language(self) -> str:
        """Two letters: the language to understand and to speak."""
        return self.script.language

    async def open(self) -> AsyncGenerator[Event]:
        """The call is connected; yields the greeting, if the assistant speaks first."""
        mode = self.script.first_message_mode
        if mode == GENERATES_FIRST:
            async for event in self._answer():
                yield event
        elif mode == SPEAKS_FIRST and self.script.first_message:
            greeting = self._say(self.script.first_message)
            self.history.append({"role": "assistant", "content": greeting.text})
            yield greeting

    async def hear(self, text: str) -> AsyncGenerator[Event]:
        """The caller finished a turn; yields the answer.

        Args:
            text: what was understood; empty when the caller stayed silent.
        """
        self.history.append({"role": "user", "content": text})
        async for event in self._answer():
            yield event

    def cut(self, heard: str) -> None:
        """The caller interrupted: remember only what they heard of the last turn.

        Args:
            heard: the words that were played; empty when none were.
        """
        if not self.history or self.history[-1]["role"] != "assistant":
            return
        if heard.strip():
            self.history[-1] = {"role": "assistant", "content": heard}
        else:
            self.history.pop()

    def take_back(self) -> None:
        """The caller went on with their turn before hearing its answer: forget both."""
        for role in ("assistant", "user"):
            if self.history and self.history[-1]["role"] == role:
                self.history.pop()

    def add(self, message: Message) -> None:
        """Put a message in the history that nobody spoke (live control)."""
        self.history.append(message)

    async def aclose(self) -> None:
        """Release the model's connections."""
        await self._model.close()

    async def _answer(self) -> AsyncGenerator[Event]:
        self._said = []
        tool_calls: list[ToolCall] = []
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    # Closed at once when the turn is abandoned, so that the model stops too.
                    async with contextlib.aclosing(self._pieces(tool_calls)) as pieces:
                        async for say in pieces:
                            yield say
                    break
                except ModelFailed as failure:
                    _log.warning("model_failed", attempt=attempt, reason=str(failure))
                    if self._said or attempt == _ATTEMPTS:
                        sorry = apology(self.language)
                        yield self._say(f" {sorry}" if self._said else sorry)
                        yield EndCall(failure.ended_reason)
                        return
            async for event in self._ending(tool_calls):
                yield event
        finally:
            if said := "".join(self._said).strip():
                self.history.append({"role": "assistant", "content": said})

    async def _pieces(self, tool_calls: list[ToolCall]) -> AsyncGenerator[Say]:
        messages = [*self.script.instructions, *self.history]
        async for delta in self._model.stream(messages, self._tools()):
            match delta:
                case TextDelta(text) if text:
                    yield self._say(text)
                case ToolCall():
                    tool_calls.append(delta)
                case Usage(prompt_tokens, completion_tokens):
                    self.prompt_tokens += prompt_tokens
                    self.completion_tokens += completion_tokens

    async def _ending(self, tool_calls: list[ToolCall]) -> AsyncIterator[Event]:
        if any(call.name == self.script.end_call_tool for call in tool_calls):
            if not self._said and self.script.end_call_message:
                yield self._say(self.script.end_call_message)
            yield EndCall(SILENCE if self._caller_is_silent() else ASSISTANT_ENDED)
            return
        said = "".join(self._said).lower()
        if any(phrase in said for phrase in self.script.end_call_phrases):
            yield EndCall(END_PHRASE_SAID)

    def _say(self, text: str) -> Say:
        self._said.append(text)
        self.characters += len(text)
        return Say(text)

    def _tools(self) -> list[dict[str, object]]:
        name = self.script.end_call_tool
        if name is None:
            return []
        description = "Hang up, once the conversation is over and goodbye has been said."
        function = {
            "name": name,
            "description": description,
            "parameters": {"type": "object", "properties": {}},
        }
        return [{"type": "function", "function": function}]

    def _caller_is_silent(self) -> bool:
        last = next((one for one in reversed(self.history) if one["role"] == "user"), None)
        return last is not None and not last["content"].strip()
