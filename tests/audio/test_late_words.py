"""Words recognized after their turn was closed, as happens on a busy machine."""

import asyncio

from pipecat.frames.frames import (
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.tests.utils import SleepFrame, run_test

from allokoli.engine.audio import transcriber as transcriber_module
from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.speech.recognizer import Heard


class Slow:
    """Recognizes when it is told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def hear(self, pcm: bytes, language: str, **_: object) -> Heard:
        await self.go_on.wait()
        return Heard(pcm.decode().strip(), 0.0, 0.0, language)


async def test_what_comes_late_is_not_replaced_by_what_follows():
    slow, heard = Slow(), []
    transcriber = LocalTranscriber(
        slow, lambda: ("fr", ("fr",)), context=lambda: "", on_heard=heard.append
    )

    async def said(words: str) -> list[str]:
        return [frame.text async for frame in transcriber.run_stt(words.encode())]

    first = asyncio.create_task(said("Quels sont vos horaires,"))
    await asyncio.sleep(0)
    transcriber.turn_ended()
    slow.go_on.set()
    assert await first == ["Quels sont vos horaires,"]
    assert await said("s'il vous plaît ?") == ["s'il vous plaît ?"]
    assert heard[-1] == "Quels sont vos horaires, s'il vous plaît ?"
    transcriber.turn_ended()
    await said("Merci.")
    assert heard[-1] == "Merci."


async def test_a_turn_longer_than_can_be_heard_at_once_comes_out_whole(monkeypatch):
    monkeypatch.setattr(transcriber_module, "_LONGEST_S", 20 / 32_000)
    slow, heard = Slow(), []
    slow.go_on.set()
    transcriber = LocalTranscriber(
        slow, lambda: ("fr", ("fr",)), context=lambda: "", on_heard=heard.append
    )
    for words in ("Je voudrais une table", "pour quatre.", " " * 20):
        async for _ in transcriber.run_stt(words.encode()):
            pass
    assert heard[-1] == "Je voudrais une table pour quatre."


async def test_late_words_before_a_noise_are_told_for_good():
    class Noise(Slow):
        """Recognizes no words in the second segment."""

        async def hear(self, pcm: bytes, language: str, **_: object) -> Heard:
            heard = await super().hear(pcm, language)
            return Heard(heard.text.replace("pff", "").strip("\0"), 0.0, 0.0, language)

    noise, heard = Noise(), []
    transcriber = LocalTranscriber(
        noise, lambda: ("fr", ("fr",)), context=lambda: "", on_heard=heard.append
    )

    async def end_turn() -> None:
        await asyncio.sleep(0.05)
        transcriber.turn_ended()
        noise.go_on.set()

    frames = []
    for words in ("Quels sont vos horaires ?", "pff"):
        frames += [
            VADUserStartedSpeakingFrame(),
            InputAudioRawFrame(words.encode().ljust(640, b"\0"), 16_000, 1),
            VADUserStoppedSpeakingFrame(),
        ]
    ending = asyncio.create_task(end_turn())
    passed, _ = await run_test(transcriber, frames_to_send=[*frames, SleepFrame(0.2)])
    await ending
    told = [one for one in passed if isinstance(one, TranscriptionFrame)]
    assert [one.text for one in told] == ["Quels sont vos horaires ?"]
    assert heard[-1] == "Quels sont vos horaires ?"


async def test_words_that_come_when_more_was_said_do_not_end_the_turn():
    class Late(Slow):
        """Recognizes two segments only once both were said."""

        async def hear(self, pcm: bytes, language: str, **_: object) -> Heard:
            said = pcm.replace(b"\0", b"").decode()
            if said.endswith("parfait."):
                return Heard(said, 0.0, 0.0, language)
            while transcriber._segment_queue.empty():  # noqa: ASYNC110 - the queue is Pipecat's
                await asyncio.sleep(0)
            return Heard(said, 0.0, 0.0, language)

    transcriber = LocalTranscriber(
        Late(), lambda: ("fr", ("fr",)), context=lambda: "", on_heard=lambda _: None
    )
    frames = []
    for words in ("Oui, ", "c'est parfait."):
        sound = words.encode().ljust(640, b"\0")
        frames += [
            VADUserStartedSpeakingFrame(),
            InputAudioRawFrame(sound, 16_000, 1),
            VADUserStoppedSpeakingFrame(),
        ]
    passed, _ = await run_test(transcriber, frames_to_send=[*frames, SleepFrame(0.1)])
    told = [
        (type(one), one.text, getattr(one, "finalized", False))
        for one in passed
        if isinstance(one, (InterimTranscriptionFrame, TranscriptionFrame))
    ]
    assert told == [
        (InterimTranscriptionFrame, "Oui, ", False),
        (TranscriptionFrame, "Oui, c'est parfait.", True),
    ]
