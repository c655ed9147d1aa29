"""Stands after the transport's output: what passes here has been sent to the caller's ear."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    OutputAudioRawFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from allokoli.core import clock
from allokoli.engine.audio.frames import HangUpFrame
from allokoli.engine.audio.latency import TurnClock
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.conversation.listener import CallListener

_AUDIBLE_PEAK = 300


class Ear(FrameProcessor):
    """Counts, records and reports what the caller hears.

    Args:
        listener: told each sentence, provisional as it starts, final once played.
        spoken: told how much was played.
        turn_clock: told the first sound of an answer.
        on_audio: told every piece of audio played.
        on_played: told when a reply has been played whole.
        on_hang_up: told of a hang-up once everything before it was played.
    """

    def __init__(
        self,
        listener: CallListener,
        *,
        spoken: Spoken,
        turn_clock: TurnClock,
        on_audio: Callable[[bytes], None],
        on_played: Callable[[], None],
        on_hang_up: Callable[[HangUpFrame], None],
    ) -> None:
        super().__init__()
        self._listener = listener
        self._spoken = spoken
        self._turn_clock = turn_clock
        self._on_audio = on_audio
        self._on_played = on_played
        self._on_hang_up = on_hang_up
        self._sentence: tuple[str, datetime] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case OutputAudioRawFrame():
                self._hear(frame)
            case TTSTextFrame():
                self._sentence_ends(frame.text)
            case AggregatedTextFrame():
                self._sentence_starts(frame.text)
            case LLMFullResponseEndFrame():
                self._on_played()
            case InterruptionFrame():
                self._cut()
            case HangUpFrame():
                self._on_hang_up(frame)
        await self.push_frame(frame, direction)

    def _hear(self, frame: OutputAudioRawFrame) -> None:
        self._on_audio(frame.audio)
        if not isinstance(frame, TTSAudioRawFrame):
            return  # a background or a tone, not words
        self._spoken.play(frame.num_frames / frame.sample_rate)
        if self._turn_clock.awaits_sound:
            peak = int(np.abs(np.frombuffer(frame.audio, np.int16).astype(np.int32)).max())
            if peak > _AUDIBLE_PEAK and (latency := self._turn_clock.audible()):
                self._listener.latency(latency)

    def _sentence_starts(self, text: str) -> None:
        now = clock.now()
        self._sentence = (text, now)
        self._listener.transcript("assistant", text, final=False, started_at=now, ended_at=now)

    def _sentence_ends(self, text: str) -> None:
        now = clock.now()
        started_at = self._sentence[1] if self._sentence else now
        self._sentence = None
        self._listener.transcript(
            "assistant", text, final=True, started_at=started_at, ended_at=now
        )

    def _cut(self) -> None:
        """The caller barged in: only the words played count as said."""
        heard = self._spoken.take_cut()
        if self._sentence and heard:
            self._sentence_ends(heard)
        self._sentence = None
