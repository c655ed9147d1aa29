"""The lines that callers speak over: a quiet one, a noisy place, an ordinary telephone."""

from typing import Literal

import numpy as np
import soxr
from pipecat.audio.utils import audioop

Line = Literal["clear", "noisy", "telephone"]
LINES: tuple[Line, ...] = ("clear", "noisy", "telephone")
SNR_DB = 20
"""How much louder than the noise the voice is, on the noisy line: a busy room behind it."""
RATE = 16_000
_TELEPHONE_RATE = 8_000
_MARGIN_S = 0.3


def over(line: Line, pcm: bytes, seed: int = 0) -> bytes:
    """Speech as it arrives over a line.

    Args:
        line: which one.
        pcm: 16-bit mono at 16 kHz.
        seed: of the noise; the same gives the same.
    """
    if line == "noisy":
        return noisy(pcm, SNR_DB, seed)
    return telephoned(pcm) if line == "telephone" else pcm


def noisy(pcm: bytes, snr_db: float, seed: int) -> bytes:
    """Speech in a noisy place: pink noise, which starts before the voice and outlasts it."""
    speech = np.frombuffer(pcm, np.int16).astype(np.float64)
    margin = np.zeros(round(_MARGIN_S * RATE))
    speech = np.concatenate([margin, speech, margin])
    loud = speech[np.abs(speech) > 0]
    noise = _pink(len(speech), seed)
    noise *= np.sqrt(np.mean(loud**2)) / np.sqrt(np.mean(noise**2)) / 10 ** (snr_db / 20)
    return np.clip(speech + noise, -32_768, 32_767).astype(np.int16).tobytes()


def telephoned(pcm: bytes) -> bytes:
    """Speech through an 8 kHz mu-law line and back."""
    audio = np.frombuffer(pcm, np.int16)
    narrow = soxr.resample(audio, RATE, _TELEPHONE_RATE).astype(np.int16)
    back = np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(narrow.tobytes(), 2), 2), np.int16)
    return soxr.resample(back, _TELEPHONE_RATE, RATE).astype(np.int16).tobytes()


def _pink(length: int, seed: int) -> np.ndarray:
    """Noise whose power falls by half each octave, as that of crowds and traffic does."""
    white = np.fft.rfft(np.random.default_rng(seed).normal(size=length))
    white[1:] /= np.sqrt(np.arange(1, len(white)))
    white[0] = 0
    return np.fft.irfft(white, length)
