"""The voice of a call as a Pipecat service."""

import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import structlog
from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from allokoli.engine.audio.frames import HandOverFrame
from allokoli.engine.audio.speakers import Speaker, SpeakerFailed
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.tongues import Tongues
from allokoli.engine.speech.voice import SAMPLE_RATE

_BYTES_PER_S = SAMPLE_RATE * 2
_log = structlog.get_logger(__name__)

Casting = Callable[[dict[str, Any]], list[Speaker]]


class CallVoice(TTSService):
    """Voices the replies of one call; a speaker that fails gives way to the next.

    Args:
        assistant: who speaks first, as Vapi writes it.
        speakers: gives an assistant's speakers, at least one, best first.
        tongues: the languages of the call.
        reply: gives the whole of what is being said.
        spoken: told each sentence and its length.
    """

    def __init__(
        self,
        assistant: dict[str, Any],
        speakers: Casting,
        tongues: Tongues,
        reply: Callable[[], str],
        spoken: Spoken,
    ) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=SAMPLE_RATE,
            max_consecutive_zero_audio_contexts=0,
            settings=TTSSettings(model="local", voice=tongues.now, language=tongues.now),
        )
        self._casting = speakers
        self._speakers = speakers(assistant)
        self._tongues = tongues
        self._whole_reply = reply
        self._spoken = spoken

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Voice one sentence."""
        self._spoken.begin(text)
        language = self._tongues.of(text, self._whole_reply())
        while True:
            begun = False
            try:
                said = self._speakers[0].say(text, language)
                async with contextlib.aclosing(said) as pieces:  # type: ignore[type-var]
                    async for pcm in pieces:
                        begun = True
                        self._spoken.grow(len(pcm) / _BYTES_PER_S)
                        yield TTSAudioRawFrame(pcm, SAMPLE_RATE, 1, context_id=context_id)
            except SpeakerFailed as failure:
                _log.warning("speaker_failed", reason=str(failure), left=len(self._speakers) - 1)
                if len(self._speakers) == 1:
                    raise
                self._speakers.pop(0)
                if not begun:
                    continue  # nothing of it was heard: the next one says it whole
            return

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Speak for the next assistant from here on, in a language its voice has."""
        if isinstance(frame, HandOverFrame):
            self._speakers = self._casting(frame.assistant)
            self._tongues.take(frame.assistant)
        await super().process_frame(frame, direction)
