"""Decides that the caller takes the floor, and whether that silences the assistant."""

from collections.abc import Callable

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import BaseUserTurnStartStrategy

from allokoli.engine.audio.dialogue_processor import DialogueProcessor
from allokoli.engine.audio.plans import SpeakingPlan


class CallerTurnStart(BaseUserTurnStartStrategy):  # type: ignore[no-untyped-call]
    """Any voice begins a turn while the assistant is silent; its plan says what cuts it.

    What is said over words that may not be cut is a turn too: it is answered after them.

    Args:
        dialogue: tells whether the assistant speaks.
        plan: gives the plan of whoever speaks now.
        on_passed_over: told that what the caller just said counts for nothing.
    """

    def __init__(
        self,
        dialogue: DialogueProcessor,
        plan: Callable[[], SpeakingPlan],
        on_passed_over: Callable[[], None],
    ) -> None:
        super().__init__()
        self._dialogue = dialogue
        self._plan = plan
        self._on_passed_over = on_passed_over
        self._in_turn = False
        self._over_words_s: float | None = None  # of voice so far; None for none

    async def handle_user_turn_started(self) -> None:
        """The caller has the floor."""
        self._in_turn = True

    async def handle_user_turn_stopped(self) -> None:
        """The caller gave it."""
        self._in_turn = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Begin a turn where there is cause."""
        over_words = self._dialogue.speaking and not self._in_turn
        cuttable = over_words and self._dialogue.interruptible
        match frame:
            case VADUserStartedSpeakingFrame():
                self._over_words_s = frame.start_secs
            case InputAudioRawFrame() if self._over_words_s is not None:
                self._over_words_s += frame.num_frames / frame.sample_rate
            case TranscriptionFrame():
                pass
            case InterimTranscriptionFrame() if cuttable:
                pass
            case VADUserStoppedSpeakingFrame():
                self._over_words_s = None
                return ProcessFrameResult.CONTINUE
            case _:
                return ProcessFrameResult.CONTINUE
        if cuttable and not self._cuts(frame):
            return ProcessFrameResult.CONTINUE
        self._over_words_s = None
        await self.trigger_user_turn_started(enable_interruptions=cuttable or not over_words)
        return ProcessFrameResult.STOP

    def _cuts(self, frame: Frame) -> bool:
        """Whether the assistant falls silent at this."""
        plan = self._plan()
        if not isinstance(frame, (TranscriptionFrame, InterimTranscriptionFrame)):
            return not plan.waits_for_words() and (self._over_words_s or 0.0) >= plan.voice_s
        cuts = plan.stopped_by(frame.text)
        if not cuts and isinstance(frame, TranscriptionFrame):
            self._on_passed_over()
        return cuts
