"""One turn of a written call: what its conversation gave, ready to be written down."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from time import monotonic
from typing import Any

from allokoli.core import clock
from allokoli.engine.calls import counts
from allokoli.engine.calls.call_log import log_of
from allokoli.engine.calls.happenings import as_message, marked, noted, speaker
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.events import EndCall, Event, Say, Transfer

# The assistant should have begun to answer after so long; its server is told when it has not.
HANG_S = 5.0


class WrittenTurn:
    """Collects a turn.

    Args:
        call: the row, as it was before.
        conversation: what answers.
        seq: the number of the first message of the turn.
    """

    def __init__(self, call: Call, conversation: Conversation, seq: int) -> None:
        self.messages: list[CallMessage] = []
        self.events: list[Event] = []
        self.artifacts: dict[str, Any] = call.artifacts
        self.reason: str | None = None
        self._call = call
        self._conversation = conversation
        self._seq = seq
        self._remembered = len(conversation.history)
        self._log = log_of(call.org_id, call.id)
        self._began = monotonic()
        self._first_words_ms: float | None = None

    @property
    def words(self) -> str:
        """All the assistant said."""
        return " ".join(one.text for one in self.messages if one.role == "assistant")

    def hear(self, role: str, content: str) -> None:
        """The caller wrote something, empty for a silence; or somebody put words in the call."""
        self._add(role, content)

    async def follow(self, events: AsyncGenerator[Event], late: Callable[[], None]) -> None:
        """Take down what a conversation gives, to the end of the turn or of the call.

        Args:
            events: of the conversation.
            late: called when nothing came for too long.
        """
        watch = asyncio.get_running_loop().call_later(HANG_S, late)
        try:
            async with contextlib.aclosing(events):
                async for event in events:
                    watch.cancel()
                    self._take(event)
                    if self.reason is not None:
                        break
        finally:
            watch.cancel()
            self._close()

    def metrics(self, before: dict[str, Any]) -> dict[str, Any]:
        """The call's counts after the turn.

        Args:
            before: the call's counts so far.
        """
        after = counts.added(before, self._conversation)
        if self._first_words_ms is None:
            return after
        took = round((monotonic() - self._began) * 1000, 1)
        tokens: dict[str, Any] = {
            "promptTokens": self._conversation.prompt_tokens,
            "completionTokens": self._conversation.completion_tokens,
        }
        turn = {"modelLatency": self._first_words_ms, "turnLatency": took, **tokens}
        self._log.note("Provider", "turn answered", ms=took, **tokens)
        return counts.with_turn(after, turn)

    def _close(self) -> None:
        """Bring the messages to the form they are kept in, with what the conversation remembers."""
        for message in self.messages:
            if message.role == "assistant":
                message.text = message.text.strip()
        self.messages = [one for one in self.messages if one.text or one.role != "assistant"]
        remembered = self._conversation.history[self._remembered :]
        if remembered and not self.messages:
            self._add("system", "")
        if remembered:
            first = self.messages[0]
            first.extra = {**first.extra, "history": remembered}
        for index, message in enumerate(self.messages):
            message.seq = self._seq + index

    def _take(self, event: Event) -> None:
        match event:
            case Say(text):
                self._speak(text)
            case EndCall(reason):
                self.reason = reason
            case _:
                self.events.append(event)
                noted(self._log, event)
                if message := as_message(event):
                    self._add(*message)
                following = self._seq + len(self.messages)
                self.artifacts = marked(self.artifacts, event, self._conversation, following)
                if isinstance(event, Transfer):
                    self.reason = event.reason

    def _speak(self, text: str) -> None:
        if self._first_words_ms is None:
            self._first_words_ms = round((monotonic() - self._began) * 1000, 1)
        whose = speaker(self._call, self._conversation)
        last = self.messages[-1] if self.messages else None
        if last is not None and last.role == "assistant" and last.extra == whose:
            last.text += text
            last.ended_at = clock.now()
        else:
            self._add("assistant", text, whose)

    def _add(self, role: str, text: str, extra: dict[str, Any] | None = None) -> None:
        self.messages.append(
            CallMessage(
                call_id=self._call.id,
                org_id=self._call.org_id,
                seq=self._seq + len(self.messages),
                role=role,
                text=text,
                started_at=clock.now(),
                ended_at=clock.now(),
                extra=extra or {},
            )
        )
