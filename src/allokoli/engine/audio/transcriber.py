"""The shared recognizer as a Pipecat service."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from pipecat.frames.frames import Frame, InterimTranscriptionFrame, TranscriptionFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.utils.time import time_now_iso8601

from allokoli.engine.speech.recognizer import SAMPLE_RATE, Recognizer

_SLOWEST_S = 1.5
_SIGN_S = 0.8  # often enough to keep a turn open
_LONGEST_S = 25.0
_BYTES_PER_S = SAMPLE_RATE * 2


class LocalTranscriber(SegmentedSTTService):
    """Recognizes what the caller says, a whole turn at a time.

    A pause shorter than a turn's end splits the speech in segments. Each new segment is recognized
    together with those before it in the turn: a phone number said pair by pair comes out whole.

    Args:
        recognizer: shared by the process.
        language: gives the language spoken now, and those the call may be held in.
        context: gives what the assistant said last.
        on_heard: told the words of the turn so far, before the frame leaves.

    Attributes:
        on: whether it listens; another transcriber may do so in its place.
        keyterms: what the caller is likely to say.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        language: Callable[[], tuple[str, tuple[str, ...]]],
        *,
        context: Callable[[], str],
        on_heard: Callable[[str], None],
    ) -> None:
        super().__init__(
            settings=STTSettings(model="whisper", language=None),
            ttfs_p99_latency=_SLOWEST_S,
            trailing_silence_secs=0.0,
        )
        self._recognizer = recognizer
        self._language = language
        self._context = context
        self._on_heard = on_heard
        self.on = True
        self.keyterms: tuple[str, ...] = ()
        self._turn = 0
        self._settled = self._current = ""
        self._turn_audio = b""
        self._last_turn = ("", b"")

    def turn_ended(self) -> None:
        """What comes next belongs to another turn."""
        self._turn += 1
        self._last_turn = (self._settled, self._turn_audio)
        self._settled, self._current, self._turn_audio = "", "", b""

    def turn_resumed(self) -> None:
        """The last turn was not over: what comes next is recognized together with it."""
        self._settled, self._turn_audio = self._last_turn

    @property
    def wants_wav_segments(self) -> bool:
        return False

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Recognize the turn up to this segment, 16-bit mono at 16 kHz."""
        if not self.on:
            return
        if len(self._turn_audio) + len(audio) > _LONGEST_S * _BYTES_PER_S:
            self._settled, self._current = f"{self._settled} {self._current}".strip(), ""
            self._turn_audio = b""
        self._turn_audio += audio
        turn = self._turn
        hearing = asyncio.ensure_future(self._hear(self._turn_audio))
        try:
            while not (await asyncio.wait({hearing}, timeout=_SIGN_S))[0]:
                # A busy machine takes its time: nobody may take the turn for a wordless one.
                yield InterimTranscriptionFrame("", "caller", time_now_iso8601())
        finally:
            hearing.cancel()
        text = hearing.result()
        if turn != self._turn:  # the turn was closed without waiting for this segment
            text = await self._hear(audio)
            self._settled = f"{self._settled} {text}".strip()  # what comes next does not replace it
            if text:
                self._on_heard(self._settled)
                yield TranscriptionFrame(text, "caller", time_now_iso8601())
            return
        # A noise at the end takes no words back, and those told as provisional are told for good.
        self._current = text or self._current
        words = f"{self._settled} {self._current}".strip()
        if words:
            self._on_heard(words)
            yield TranscriptionFrame(self._current or words, "caller", time_now_iso8601())

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        """Tell a transcript as provisional while more of the turn is said or still to recognize.

        The base marks all of them as final; one that comes late, when the caller has already gone
        on, would end the turn without its last words.
        """
        more = self._user_speaking or not self._segment_queue.empty()
        if isinstance(frame, TranscriptionFrame) and more:
            frame = InterimTranscriptionFrame(frame.text, frame.user_id, frame.timestamp)
        await super().push_frame(frame, direction)

    async def _hear(self, audio: bytes) -> str:
        language, among = self._language()
        heard = await self._recognizer.hear(
            audio, language, context=self._context(), among=among, keyterms=self.keyterms
        )
        return heard.text
