"""Stand behind services of others and tell the call what its own would have told."""

from collections.abc import Callable

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from allokoli.engine.audio.spoken import Spoken

_MAX_CHARS = 5_000


class VoiceMeter(FrameProcessor):
    """Tells what was voiced, and how long it is.

    Args:
        spoken: told each sentence and its length.
    """

    def __init__(self, spoken: Spoken) -> None:
        super().__init__()
        self._spoken = spoken

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, AggregatedTextFrame) and not isinstance(frame, TTSTextFrame):
            self._spoken.begin(frame.text)
        elif isinstance(frame, TTSAudioRawFrame):
            self._spoken.grow(frame.num_frames / frame.sample_rate)
        await self.push_frame(frame, direction)


class WordsMeter(FrameProcessor):
    """Tells what was understood of the turn so far.

    Args:
        on_heard: told it.
    """

    def __init__(self, on_heard: Callable[[str], None]) -> None:
        super().__init__()
        self._on_heard = on_heard
        self._words = self._last_turn = ""

    def turn_ended(self) -> None:
        """What comes next belongs to another turn."""
        self._last_turn, self._words = self._words, ""

    def turn_resumed(self) -> None:
        """The last turn was not over."""
        self._words = self._last_turn

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame) and frame.text.strip():
            self._words = f"{self._words} {frame.text.strip()}".strip()[-_MAX_CHARS:]
            self._on_heard(self._words)
        await self.push_frame(frame, direction)
