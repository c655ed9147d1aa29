"""The shared voices as a Pipecat service."""

import contextlib
from collections.abc import AsyncGenerator

from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from allokoli.engine.audio.frames import HandOverFrame
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.conversation.script import assistant_language
from allokoli.engine.speech.errors import VoiceUnavailable
from allokoli.engine.speech.voice import SAMPLE_RATE, Voices

_BYTES_PER_S = SAMPLE_RATE * 2


class LocalVoice(TTSService):
    """Voices the replies of one call.

    Args:
        voices: shared by the process.
        language: of the call.
        spoken: told each sentence and its length.
    """

    def __init__(self, voices: Voices, language: str, spoken: Spoken) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=SAMPLE_RATE,
            max_consecutive_zero_audio_contexts=0,
            settings=TTSSettings(model="pico", voice=language, language=language),
        )
        self._voices = voices
        self._voice_language = language
        self._spoken = spoken

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Voice one sentence."""
        self._spoken.begin(text)
        async for pcm in self._voices.say(text, self._voice_language):
            self._spoken.grow(len(pcm) / _BYTES_PER_S)
            yield TTSAudioRawFrame(pcm, SAMPLE_RATE, 1, context_id=context_id)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Speak the next assistant's language from here on, where a voice speaks it."""
        if isinstance(frame, HandOverFrame):
            language = assistant_language(frame.assistant)
            with contextlib.suppress(VoiceUnavailable):
                self._voices.require(language)
                self._voice_language = language
        await super().process_frame(frame, direction)
