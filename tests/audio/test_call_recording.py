"""The recording's place in time, and what survives a kill."""

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from allokoli.engine.audio.recording import Recording
from allokoli.engine.wav import SAMPLE_RATE, finish_recording

_TWENTY_MS = SAMPLE_RATE // 50


def _tone(level: int) -> bytes:
    return np.full(_TWENTY_MS, level, np.int16).tobytes()


def _read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 16_000)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)


async def test_both_sides_stand_where_they_were_heard(tmp_path: Path):
    now_s = 50.0
    recording = Recording(tmp_path / "call.wav", clock=lambda: now_s)
    recording.start()
    for step in range(1, 151):
        now_s = 50 + step / 50
        recording.caller(_tone(100))
        if 50 < step <= 100:
            recording.assistant(_tone(900))
    await recording.close()
    audio = _read(tmp_path / "call.wav")
    assert len(audio) == 3 * SAMPLE_RATE
    assert (audio[:, 0] == 100).all()
    loud = np.flatnonzero(audio[:, 1])
    assert (loud[0], loud[-1] + 1) == (SAMPLE_RATE, 2 * SAMPLE_RATE)


async def test_late_packets_lose_no_word(tmp_path: Path):
    now_s = 0.0
    recording = Recording(tmp_path / "call.wav", clock=lambda: now_s)
    recording.start()
    now_s = 1.0
    recording.caller(_tone(1))
    now_s = 1.16
    for level in range(2, 9):
        recording.caller(_tone(level))
    await recording.close()
    heard = _read(tmp_path / "call.wav")[:, 0]
    assert set(heard.tolist()) >= set(range(1, 9))


async def test_a_full_disk_ends_the_recording_not_the_call():
    recording = Recording(Path("/dev/full"))
    recording.start()
    recording.caller(_tone(1))
    await recording.close()


def test_a_killed_engine_leaves_a_playable_recording(tmp_path: Path):
    path = tmp_path / "call.wav"
    script = f"""
import asyncio, pathlib
from allokoli.engine.audio.recording import Recording
async def main():
    path = pathlib.Path({str(path)!r})
    now_s = 0.0
    recording = Recording(path, clock=lambda: now_s)
    recording.start()
    while True:
        now_s += 0.02
        recording.caller(b"\\x10\\x00" * 320)
        await asyncio.sleep(0.02)
        if path.stat().st_size > {2 * SAMPLE_RATE * 4}:
            print(end=".", flush=True)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.kill()
    seconds = finish_recording(path)
    assert seconds >= 2
    audio = _read(path)
    assert len(audio) == round(seconds * SAMPLE_RATE)
    assert (audio[:, 0] == 16).all()


def test_only_a_recording_is_repaired(tmp_path: Path):
    (tmp_path / "other.wav").write_bytes(b"not audio at all" * 10)
    with pytest.raises(ValueError, match="not a recording"):
        finish_recording(tmp_path / "other.wav")
