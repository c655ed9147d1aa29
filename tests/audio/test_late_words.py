"""Words recognized after their turn was closed, as happens on a busy machine."""

import asyncio

from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.speech.recognizer import Heard


class Slow:
    """Recognizes when it is told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def hear(self, pcm: bytes, language: str, **_: object) -> Heard:
        await self.go_on.wait()
        return Heard(pcm.decode(), 0.0, 0.0, language)


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
