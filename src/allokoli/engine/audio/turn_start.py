"""Decides that the caller takes the floor, and whether that silences the assistant."""

from collections.abc import Callable

from pipecat.frames.frames import (
    Frame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
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

    async def handle_user_turn_started(self) -> None:
        """The caller has the floor."""
        self._in_turn = True

    async def handle_user_turn_stopped(self) -> None:
        """The caller gave it."""
        self._in_turn = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Begin a turn where there is cause."""
        if not isinstance(frame, (VADUserStartedSpeakingFrame, TranscriptionFrame)):
            return ProcessFrameResult.CONTINUE
        over_words = self._dialogue.speaking and not self._in_turn
        if over_words and self._dialogue.interruptible and not self._cuts(frame):
            return ProcessFrameResult.CONTINUE
        await self.trigger_user_turn_started(
            enable_interruptions=not over_words or self._dialogue.interruptible
        )
        return ProcessFrameResult.STOP

    def _cuts(self, frame: VADUserStartedSpeakingFrame | TranscriptionFrame) -> bool:
        """Whether the assistant falls silent at this."""
        plan = self._plan()
        if isinstance(frame, VADUserStartedSpeakingFrame):
            return not plan.waits_for_words()
        cuts = plan.stopped_by(frame.text)
        if not cuts:
            self._on_passed_over()
        return cuts
