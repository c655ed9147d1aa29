"""The conversation as a Pipecat processor: turns in, words to voice out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import structlog
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    DataFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from allokoli.engine.audio.ended_reasons import CONVERSATION_BROKE
from allokoli.engine.audio.latency import TurnClock
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.conversation.events import EndCall, Event, Say
from allokoli.engine.conversation.listener import CallListener

_log = structlog.get_logger(__name__)
# An answer cut this early was begun in a pause of the caller's sentence.
_HARDLY_HEARD_S = 0.6
_SENTENCE_ENDS = (".", "!", "?", "…", ":")


class SpokenConversation(Protocol):
    """What a voice call asks of a conversation."""

    @property
    def language(self) -> str: ...

    def open(self) -> AsyncIterator[Event]: ...

    def hear(self, text: str) -> AsyncIterator[Event]: ...

    def cut(self, heard: str) -> None: ...

    def take_back(self) -> None: ...


class HangUpFrame(DataFrame):
    """Follows the last words; reaching the end of the pipeline, it ends the call.

    Args:
        reason: Vapi's `endedReason`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class DialogueProcessor(FrameProcessor):
    """Gives each finished turn of the caller to the conversation and voices its answer.

    Args:
        conversation: text in, events out.
        listener: follows the call.
        spoken: what was voiced and played of the current reply.
        turn_clock: measures the turn.
        on_caller_audio: told every piece of the caller's audio.
        on_resumed: told that the caller's last turn goes on.
    """

    def __init__(
        self,
        conversation: SpokenConversation,
        listener: CallListener,
        *,
        spoken: Spoken,
        turn_clock: TurnClock,
        on_caller_audio: Callable[[bytes], None],
        on_resumed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._conversation = conversation
        self._listener = listener
        self._spoken = spoken
        self._turn_clock = turn_clock
        self._on_caller_audio = on_caller_audio
        self._on_resumed = on_resumed
        self._answering = self._taken_back = ""
        self._reply: asyncio.Task[None] | None = None
        self._unplayed = 0
        self._speaking = False
        self._cut_short = False
        self._pending_end: str | None = None
        self.last_said = ""

    @property
    def busy(self) -> bool:
        """Whether the assistant thinks, speaks or is about to."""
        return self._speaking or self._unplayed > 0 or self._replying

    @property
    def _replying(self) -> bool:
        return self._reply is not None and not self._reply.done()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                self._on_caller_audio(frame.audio)
                return
            case InterruptionFrame() if direction is FrameDirection.DOWNSTREAM:
                await self._interrupted()
            case VADUserStoppedSpeakingFrame() if direction is FrameDirection.DOWNSTREAM:
                self._turn_clock.speech_ended(frame.stop_secs)
            case BotStartedSpeakingFrame():
                self._speaking = True
                self._listener.speech_update("assistant", "started")
            case BotStoppedSpeakingFrame():
                self._speaking = False
                self._listener.speech_update("assistant", "stopped")
        await self.push_frame(frame, direction)

    async def open(self) -> None:
        """The caller is connected: greet."""
        await self._answer(self._conversation.open())

    async def caller_finished(self, text: str) -> None:
        """The caller gives the floor.

        Args:
            text: what was understood of the turn, "" for a noise.
        """
        cut_short, self._cut_short = self._cut_short, False
        # A turn taken back and followed by a mere noise stands as it was.
        self._answering, self._taken_back = text or self._taken_back, ""
        text = self._answering
        if text or cut_short:
            self._turn_clock.turn_given()
            await self._answer(self._conversation.hear(text))

    async def caller_is_silent(self) -> None:
        """The caller has the floor and says nothing."""
        self._answering = ""
        await self._answer(self._conversation.hear(""))

    async def say(self, text: str, *, then_end: str | None = None) -> None:
        """Say something out of turn, after what is being said.

        Args:
            text: words to voice.
            then_end: hang up afterwards, with this `endedReason`.
        """

        async def events() -> AsyncIterator[Event]:
            yield Say(text)
            if then_end:
                yield EndCall(then_end)

        if self._reply:
            await asyncio.gather(self._reply, return_exceptions=True)
        await self._answer(events())

    def played(self) -> None:
        """The whole of the reply being played was."""
        self._unplayed = max(0, self._unplayed - 1)
        self._answering = ""

    async def _answer(self, events: AsyncIterator[Event]) -> None:
        await self._abandon_reply()
        if not self._unplayed:
            self._spoken.clear()
        self._reply = self.create_task(self._voice(events))

    async def _voice(self, events: AsyncIterator[Event]) -> None:
        """Push the words as they come, then the end of the reply or of the call."""
        started, ending = False, self._pending_end
        before = ""
        self._pending_end = None
        try:
            async with contextlib.aclosing(events) as coming:  # type: ignore[type-var]
                async for event in coming:
                    if isinstance(event, EndCall):
                        ending = event.reason
                        break
                    if not isinstance(event, Say):
                        self._listener.happened(event)
                        continue
                    if not event.text:
                        continue
                    if not started:
                        started, ending = True, None
                        self._unplayed += 1
                        self.last_said = ""
                        self._turn_clock.first_words()
                        await self.push_frame(LLMFullResponseStartFrame())
                    glue = " " if _needs_space(before, event.text) else ""
                    before = event.text
                    self.last_said += glue + event.text
                    await self.push_frame(LLMTextFrame(glue + event.text))
        except asyncio.CancelledError:
            self._pending_end = ending
            raise
        except Exception as error:  # noqa: BLE001 - whatever breaks, the call ends honestly
            _log.error("conversation failed", error=type(error).__name__)
            ending = CONVERSATION_BROKE
        if started:
            await self.push_frame(LLMFullResponseEndFrame())
        if ending:
            self._pending_end = ending
            await self.push_frame(HangUpFrame(ending))

    async def _interrupted(self) -> None:
        """The caller barged in, or had only paused: forget what was not heard."""
        if not self.busy:
            return
        await self._abandon_reply()
        self._unplayed = 0
        if self._answering and self._spoken.played_s < _HARDLY_HEARD_S:
            self._resume()
            return
        self._answering = ""
        self._cut_short = True
        self._conversation.cut(self._spoken.heard())
        self._listener.interrupted()

    def _resume(self) -> None:
        """The caller had only paused: the turn goes on, and its answer was never given."""
        self._taken_back = self._answering
        self._spoken.clear()
        self._pending_end = None
        self._conversation.take_back()
        self._listener.resumed()
        self._on_resumed()

    async def _abandon_reply(self) -> None:
        if self._reply and self._replying:
            await self.cancel_task(self._reply)
        self._reply = None


def _needs_space(before: str, after: str) -> bool:
    """Whether two pieces are whole sentences given without the space between them."""
    return before.endswith(_SENTENCE_ENDS) and not after[0].isspace() and after[0].isalnum()
