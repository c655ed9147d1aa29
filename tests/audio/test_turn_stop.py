"""The wait for the rest of a sentence is counted in what was heard: a busy machine hears late."""

import asyncio

import pytest
from pipecat.frames.frames import InputAudioRawFrame

from allokoli.engine.audio.turn_stop import ListenerTurnStop

pytestmark = pytest.mark.audio
FRAME = InputAudioRawFrame(bytes(640), 16_000, 1)


@pytest.fixture
def stop():
    async def nobody_judges(_words: str) -> None:
        return None

    made = ListenerTurnStop(lambda: "fr", nobody_judges)
    made._turn_analyzer.set_sample_rate(16_000)
    return made


async def hear(stop: ListenerTurnStop, frames: int) -> None:
    for _ in range(frames):
        await stop._handle_input_audio(FRAME)
        await asyncio.sleep(0)


async def test_a_turn_is_kept_open_until_the_silence_was_heard(stop):
    waiting = asyncio.create_task(stop._wait(1.0))
    await asyncio.sleep(0)
    await hear(stop, 49)
    assert not waiting.done()
    await hear(stop, 2)
    await asyncio.wait_for(waiting, 1)


async def test_a_line_that_carries_nothing_any_more_keeps_no_turn_open(stop):
    await asyncio.wait_for(stop._wait(0.01), 1)
