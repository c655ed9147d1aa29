"""What is heard behind the assistant's voice: an office of our own making, or a sound file."""

import asyncio
from functools import cache

import numpy as np
from pipecat.audio.mixers.base_audio_mixer import BaseAudioMixer
from pipecat.frames.frames import MixerControlFrame

from allokoli.engine.audio import sounds
from allokoli.engine.speech.voice import SAMPLE_RATE

_OFFICE_S = 12
_OFFICE_PEAK = 500
_LEVEL = 0.25
_LOUDEST = 32_767


class Background(BaseAudioMixer):
    """Mixes a sound, over and over, into what the caller hears.

    Args:
        wanted: Vapi's `backgroundSound`: `office` or an address.
    """

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._sound = np.zeros(0, np.int16)
        self._at = 0
        self._fetching: asyncio.Task[None] | None = None

    async def start(self, sample_rate: int) -> None:  # noqa: ARG002 - the engine's own, always
        """Begin; a sound that is still fetched joins when it is there."""
        if self._wanted == "office":
            self._sound = office()
        else:
            self._fetching = asyncio.create_task(self._fetch())

    async def stop(self) -> None:
        """End."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def process_frame(self, frame: MixerControlFrame) -> None:
        """See Pipecat's mixers."""

    async def mix(self, audio: bytes) -> bytes:
        """The voice with the background behind it; 16-bit mono at the engine's rate."""
        if not len(self._sound):
            return audio
        voice = np.frombuffer(audio, np.int16).astype(np.int32)
        behind = np.take(self._sound, range(self._at, self._at + len(voice)), mode="wrap")
        self._at = (self._at + len(voice)) % len(self._sound)
        return (voice + behind).clip(-_LOUDEST, _LOUDEST).astype(np.int16).tobytes()

    async def _fetch(self) -> None:
        pcm = np.frombuffer(await sounds.fetched(self._wanted), np.int16)
        self._sound = (pcm * _LEVEL).astype(np.int16)


def background_of(wanted: object) -> Background | None:
    """The background an assistant asks for; None for silence."""
    if isinstance(wanted, str) and (wanted == "office" or sounds.is_address(wanted)):
        return Background(wanted)
    return None


@cache
def office() -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """A quiet room: the hum of its air, and keys tapped now and then. Always the same."""
    rng = np.random.default_rng(7)
    count = _OFFICE_S * SAMPLE_RATE
    # Noise whose strength falls with frequency, as that of air through a duct; it loops seamlessly.
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 40.0)
    air = np.fft.irfft(spectrum, count)
    air *= 0.6 * _OFFICE_PEAK / np.abs(air).max()
    tap = rng.standard_normal(SAMPLE_RATE // 100) * np.exp(-np.arange(SAMPLE_RATE // 100) / 25)
    at = rng.integers(0, count - len(tap), 40)
    for start in at[np.sin(at / SAMPLE_RATE) > 0]:
        air[start : start + len(tap)] += tap * 0.15 * _OFFICE_PEAK
    return air.clip(-_OFFICE_PEAK, _OFFICE_PEAK).astype(np.int16)
