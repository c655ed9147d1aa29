"""The local voice keeps nothing of what it said."""

import tracemalloc

import pytest

from allokoli.engine.speech.voice import Voices

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]


async def test_what_was_said_is_not_kept():
    voices = Voices()
    kept = []
    tracemalloc.start(1)
    for _ in range(3):
        for _ in range(10):
            said = b"".join([pcm async for pcm in voices.say("Bonjour tout le monde.", "fr")])
            assert len(said) > 20_000
        del said
        kept.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    voices.close()
    assert kept[-1] - kept[0] < 50_000, "thirty sentences of forty kilobytes are gone"
