"""Silences one side of a call without changing its course."""

from pipecat.audio.filters.base_audio_filter import BaseAudioFilter
from pipecat.frames.frames import FilterControlFrame


class Mute(BaseAudioFilter):
    """Turns audio that passes into silence of the same length while it is on.

    Attributes:
        on: whether it silences.
    """

    def __init__(self) -> None:
        self.on = False

    async def start(self, sample_rate: int) -> None:
        """See Pipecat's filters."""

    async def stop(self) -> None:
        """See Pipecat's filters."""

    async def process_frame(self, frame: FilterControlFrame) -> None:
        """See Pipecat's filters."""

    async def filter(self, audio: bytes) -> bytes:
        """The audio, or silence."""
        return bytes(len(audio)) if self.on else audio
