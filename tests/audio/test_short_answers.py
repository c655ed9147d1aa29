"""A word or a syllable is heard: `oui` is how most calls end."""

import numpy as np
import pytest
from hearing import AUDIBLE_PEAK
from pipecat.audio.vad.vad_analyzer import VADState
from spoken_lines import LINES, RATE, over

from allokoli.engine.audio.turn_models import voice_activity

pytestmark = pytest.mark.audio
SILENCE = bytes(RATE * 2 * 2)
FRAME_BYTES = RATE // 50 * 2


async def is_heard(pcm: bytes) -> bool:
    """Whether somebody is taken to speak, over two seconds of silence either side."""
    analyzer = voice_activity()
    analyzer.set_sample_rate(RATE)
    audio = SILENCE + pcm + SILENCE
    pieces = (audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES))
    return VADState.SPEAKING in [await analyzer.analyze_audio(piece) for piece in pieces]


def without_silence(pcm: bytes) -> bytes:
    audio = np.frombuffer(pcm, np.int16)
    loud = np.flatnonzero(np.abs(audio.astype(np.int32)) > AUDIBLE_PEAK)
    return audio[loud[0] : loud[-1] + 1].tobytes()


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("word", ["Oui.", "Non.", "Deux.", "Six.", "Dix.", "Rien."])
async def test_one_syllable_is_heard_over_every_line(voice, word, line):
    assert await is_heard(over(line, without_silence(await voice(word))))


async def test_noise_and_clicks_are_nobody_s_voice():
    random = np.random.default_rng(5)
    hum = random.normal(scale=1500, size=RATE * 10)
    clicks = np.zeros(RATE * 10)
    for at in random.integers(0, RATE * 9, 40):
        clicks[at : at + 1200] += random.normal(scale=8000, size=1200) * np.exp(
            -np.arange(1200) / 200
        )
    for sound in (hum, clicks):
        assert not await is_heard(sound.clip(-32_768, 32_767).astype(np.int16).tobytes())
