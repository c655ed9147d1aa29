"""The conversation as a Pipecat processor: turns in, words to voice out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from allokoli.engine.audio import sounds
from allokoli.engine.audio.frames import HandOverFrame, HangUpFrame
from allokoli.engine.audio.latency import TurnClock
from allokoli.engine.audio.pauses import Pauses
from allokoli.engine.audio.reply import Reply, needs_space
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.spoken_conversation import SpokenConversation
from allokoli.engine.audio.tones import dialled
from allokoli.engine.conversation.ended_reasons import CONVERSATION_BROKE
from allokoli.engine.conversation.events import (
    EndCall,
    Event,
    HandedOff,
    Say,
    SendDigits,
    Transfer,
)
from allokoli.engine.conversation.listener import CallListener
from allokoli.engine.speech.voice import SAMPLE_RATE

_log = structlog.get_logger(__name__)
# An answer cut this early was begun in a pause of the caller's sentence.
_HARDLY_HEARD_S = 0.6

Events = AsyncIterator[Event]


class DialogueProcessor(FrameProcessor):
    """Gives each finished turn of the caller to the conversation and voices its answer.

    Args:
        conversation: text in, events out.
        listener: follows the call.
        spoken: what was voiced and played of the current reply.
        turn_clock: measures the turn.
        pauses: how long the assistant waits before it speaks.
        on_caller_audio: told every piece of the caller's audio.
        on_resumed: told that the caller's last turn goes on.
        on_key: told each key the caller presses.
        on_handed_over: told who speaks from the next word on.
    """

    def __init__(
        self,
        conversation: SpokenConversation,
        listener: CallListener,
        *,
        spoken: Spoken,
        turn_clock: TurnClock,
        pauses: Pauses,
        on_caller_audio: Callable[[bytes], None],
        on_resumed: Callable[[], None],
        on_key: Callable[[str], Awaitable[None]],
        on_handed_over: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__()
        self._conversation = conversation
        self._listener = listener
        self._spoken = spoken
        self._turn_clock = turn_clock
        self._pauses = pauses
        self._on_caller_audio = on_caller_audio
        self._on_resumed = on_resumed
        self._on_key = on_key
        self._on_handed_over = on_handed_over
        self._answering = self._taken_back = ""
        self._reply: asyncio.Task[None] | None = None
        self._asides = asyncio.Lock()
        self._all_played = asyncio.Event()
        self._hooked: asyncio.Task[None] | None = None
        self._unplayed = 0
        self._speaking = self._cut_short = self._guarded = False
        self._pending_end: HangUpFrame | None = None
        self.last_said = ""

    @property
    def busy(self) -> bool:
        """Whether the assistant thinks, speaks or is about to."""
        return self._speaking or self._unplayed > 0 or self._replying

    @property
    def interruptible(self) -> bool:
        """Whether the caller may cut what is being said."""
        return not (self._guarded and self.busy)

    @property
    def speaking(self) -> bool:
        """Whether the assistant is heard now."""
        return self._speaking

    @property
    def _replying(self) -> bool:
        return self._reply is not None and not self._reply.done()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                self._on_caller_audio(frame.audio)
                return
            case InputDTMFFrame():
                await self._on_key(frame.button.value)
                return
            case InterruptionFrame() if direction is FrameDirection.DOWNSTREAM:
                await self._interrupted()
            case VADUserStoppedSpeakingFrame() if direction is FrameDirection.DOWNSTREAM:
                self._turn_clock.speech_ended(frame.stop_secs)
                self._pauses.caller_stopped(frame.stop_secs)
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
            if self._guarded and self._reply:  # what may not be cut is given whole first
                await asyncio.wait({self._reply})
            await self._answer(self._conversation.hear(text))

    async def caller_is_silent(self) -> None:
        """The caller has the floor and says nothing."""
        self._answering = ""
        await self._answer(self._conversation.hear(""))

    async def answer(self, events: Events) -> None:
        """Voice something the caller's words did not ask for, after what is being said."""
        async with self._asides:
            if self._reply:
                await asyncio.wait({self._reply})
            await self._answer(events)

    async def cut(self) -> None:
        """Stop what the assistant is saying, as if the caller had cut it."""
        if self.busy:
            self._answering = ""
            await self._interrupted()
            self._cut_short = False
            await self.broadcast_interruption()  # type: ignore[no-untyped-call]

    def played(self) -> None:
        """The whole of the reply being played was."""
        self._unplayed = max(0, self._unplayed - 1)
        if not self._unplayed:
            self._all_played.set()
        self._answering = ""

    async def _answer(self, events: Events) -> None:
        await self._abandon_reply()
        if not self._unplayed:
            self._spoken.clear()
        self._reply = self.create_task(self._voice(events))

    async def _voice(self, events: Events) -> None:
        """Push the words as they come, then the end of the reply or of the call."""
        reply = Reply(self._pending_end)
        self._pending_end = None
        try:
            async with contextlib.aclosing(events) as coming:  # type: ignore[type-var]
                async for event in coming:
                    await self._follow(reply, event)
                    if reply.over:
                        break
        except asyncio.CancelledError:
            self._pending_end = reply.ending
            raise
        except Exception as error:  # noqa: BLE001 - whatever breaks, the call ends honestly
            _log.error("conversation_failed", exc_info=error)
            reply.ending = HangUpFrame(CONVERSATION_BROKE)
        await self._close(reply)
        if reply.ending:
            self._pending_end = reply.ending
            await self.push_frame(reply.ending)

    async def _follow(self, reply: Reply, event: Event) -> None:
        """Do what one event asks."""
        if not isinstance(event, (Say, EndCall)):
            self._listener.happened(event)
        match event:
            case Say(text) if text:
                await self._say(reply, event)
            case EndCall(reason):
                reply.ending, reply.over = HangUpFrame(reason), True
            case Transfer(destination, reason):
                reply.ending, reply.over = HangUpFrame(reason, destination), True
            case SendDigits(digits):
                tones = dialled(digits, SAMPLE_RATE)
                await self.push_frame(OutputAudioRawFrame(tones, SAMPLE_RATE, 1))
            case HandedOff(assistant):
                await self._close(reply)
                self._on_handed_over(assistant)
                await self.push_frame(HandOverFrame(assistant))

    async def _say(self, reply: Reply, event: Say) -> None:
        sound = await sounds.fetched(event.text) if sounds.is_address(event.text) else None
        if sound == b"":
            return
        if not reply.open:
            if not reply.began:
                await self._pauses.before_speaking()
                self._turn_clock.first_words()
                self.last_said = ""
                reply.ending = None
            reply.began = reply.open = True
            self._guarded = self._guarded and self._unplayed > 0
            self._unplayed += 1
            self._all_played.clear()
            await self.push_frame(LLMFullResponseStartFrame())
        self._guarded = self._guarded or not event.interruptible
        if sound:
            await self._play(sound)
            return
        glue = " " if needs_space(reply.before, event.text) else ""
        reply.before = event.text
        self.last_said += glue + event.text
        await self.push_frame(LLMTextFrame(glue + event.text))
        if event.awaited:
            await self._close(reply)
            await self._all_played.wait()

    async def _play(self, sound: bytes) -> None:
        self._spoken.begin("")
        self._spoken.grow(len(sound) / (2 * SAMPLE_RATE))
        await self.push_frame(TTSAudioRawFrame(sound, SAMPLE_RATE, 1))
        await self.push_frame(TTSStoppedFrame())

    async def _close(self, reply: Reply) -> None:
        if reply.open:
            reply.open = False
            await self.push_frame(LLMFullResponseEndFrame())

    async def _interrupted(self) -> None:
        """The caller barged in, or had only paused: forget what was not heard."""
        if not self.busy:
            return
        await self._abandon_reply()
        self._unplayed, self._guarded = 0, False
        self._all_played.set()
        if self._answering and self._spoken.played_s < _HARDLY_HEARD_S:
            self._resume()
            return
        self._answering = ""
        self._cut_short = True
        self._pauses.interrupted()
        self._conversation.cut(self._spoken.cut())
        self._listener.interrupted()
        self._hooked = self.create_task(self.answer(self._conversation.interrupted_by("user")))

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
