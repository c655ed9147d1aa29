"""SVOX Pico, the local voice: robotic but clear, and speaking within milliseconds."""

import asyncio
import ctypes
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from allokoli.engine.speech.errors import VoiceUnavailable
from allokoli.engine.speech.spoken_text import sentences, spoken_text

SAMPLE_RATE = 16_000
_PICO_LANGUAGES = {"fr": "fr-FR", "en": "en-US"}
_SILENT_PEAK = 90
_LEAD_MS, _PAUSE_MS = 10, 220
_BYTES_PER_MS = SAMPLE_RATE * 2 // 1000
_WORKERS = 2


class Voices:
    """Text to speech, safe to share between calls and threads.

    A Pico engine says one thing at a time, so a few of them are kept for each language.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="voice")
        self._idle: dict[str, list[Any]] = {language: [] for language in _PICO_LANGUAGES}
        self._lock = threading.Lock()
        for language in _PICO_LANGUAGES:
            self._release(language, self._engine(language))

    @staticmethod
    def speaks(language: str) -> bool:
        """Whether a local voice reads this language."""
        return language in _PICO_LANGUAGES

    async def say(self, text: str, language: str) -> AsyncIterator[bytes]:
        """Voice a text, sentence by sentence, as it is synthesized.

        Args:
            text: what to say, as written for people.
            language: "fr" or "en".

        Yields:
            16-bit mono samples at 16 kHz. Closing the iterator stops the synthesis.

        Raises:
            VoiceUnavailable: no local voice speaks `language`.
        """
        self.require(language)
        for sentence in sentences(text):
            read = spoken_text(sentence, language)
            if not any(character.isalnum() for character in read):
                continue
            async for pcm in self._stream(read, language):
                yield pcm

    def require(self, language: str) -> None:
        """Refuse a language no local voice speaks.

        Raises:
            VoiceUnavailable: there is none.
        """
        if not self.speaks(language):
            raise VoiceUnavailable(f"No local voice speaks '{language}': choose French or English.")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _stream(self, read: str, language: str) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        stopped = threading.Event()

        def hand_over(pcm: bytes | None) -> None:
            loop.call_soon_threadsafe(pieces.put_nowait, pcm)

        def synthesize() -> None:
            trimmer = _Trimmer()
            given: list[bytes] = []

            def heard(_format: object, pcm: bytes, _last: bool) -> bool:
                if pcm:
                    given.append(pcm)
                # A copy goes on: what is given here is let go below.
                if ready := trimmer.push(bytes(bytearray(pcm))):
                    hand_over(ready)
                return not stopped.is_set()

            try:
                engine = self._take(language)
                try:
                    engine.speak(read, heard)
                finally:
                    self._release(language, engine)
                    _let_go(given)
                hand_over(trimmer.flush())
            finally:
                hand_over(None)

        job = loop.run_in_executor(self._pool, synthesize)
        try:
            while (pcm := await pieces.get()) is not None:
                if pcm:
                    yield pcm
            await job
        finally:
            stopped.set()

    def _take(self, language: str) -> Any:
        with self._lock:
            if self._idle[language]:
                return self._idle[language].pop()
        return self._engine(language)

    def _release(self, language: str, engine: Any) -> None:
        with self._lock:
            self._idle[language].append(engine)

    @staticmethod
    def _engine(language: str) -> Any:
        from ttspico import TtsEngine

        try:
            return TtsEngine(_PICO_LANGUAGES[language])
        except RuntimeError:
            raise VoiceUnavailable(
                f"The files of the voice {_PICO_LANGUAGES[language]} are missing: "
                "reinstall the requirements."
            ) from None


def _references(pieces: list[bytes]) -> int:
    """How many hold the last of some pieces."""
    return sys.getrefcount(pieces[-1])


_OURS = _references([bytes(bytearray(2))])


def _let_go(pieces: list[bytes]) -> None:
    """Let samples go: the synthesis library forgets to, and would keep all it ever said."""
    while pieces:
        if _references(pieces) == _OURS + 1:
            ctypes.pythonapi.Py_DecRef(ctypes.py_object(pieces[-1]))
        pieces.pop()


class _Trimmer:
    """Starts a sentence at its first sound and ends it with a short pause, not Pico's long ones."""

    def __init__(self) -> None:
        self._held = b""
        self._started = False

    def push(self, pcm: bytes) -> bytes:
        """What can be played now."""
        whole = self._held + pcm
        loud = np.flatnonzero(np.abs(np.frombuffer(whole, np.int16)) > _SILENT_PEAK)
        if not len(loud):
            self._held = whole
            return b""
        start = 0 if self._started else max(0, int(loud[0]) * 2 - _LEAD_MS * _BYTES_PER_MS)
        self._started = True
        cut = int(loud[-1] + 1) * 2
        self._held = whole[cut:]
        return whole[start:cut]

    def flush(self) -> bytes:
        """The pause that ends the sentence."""
        return self._held[: _PAUSE_MS * _BYTES_PER_MS]
