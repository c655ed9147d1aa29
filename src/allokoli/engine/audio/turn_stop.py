"""Decides that the caller has finished: by the sound, by the words, and as the assistant asks."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import InputAudioRawFrame, TranscriptionFrame
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy

from allokoli.engine.audio import turn_models
from allokoli.engine.audio.unfinished import unfinished

_MORE_S = 1.2
# A busy machine hears late: the wait is counted in what was heard, up to so many times as long.
_LATE = 3

# Seconds to wait after the caller's words so far; None leaves it to the model.
Endpointing = Callable[[str], Awaitable[float | None]]


class ListenerTurnStop(TurnAnalyzerUserTurnStopStrategy):  # type: ignore[no-untyped-call]
    """The end-of-turn model, held back a moment when the words call for more.

    Args:
        language: gives the language spoken now.
        endpointing: the assistant's own judgement, which goes before.
    """

    def __init__(self, language: Callable[[], str], endpointing: Endpointing) -> None:
        super().__init__(turn_analyzer=turn_models.turn_end())
        self._language = language
        self._endpointing = endpointing
        self._heard_s = 0.0
        self._hearing = asyncio.Event()
        self._held: asyncio.Task[None] | None = None
        self._timed: asyncio.Task[None] | None = None

    async def trigger_user_turn_stopped(
        self, *, enable_user_speaking_frames: bool | None = None
    ) -> None:
        """End the turn, or wait once for what should follow."""
        if self._held is not None or self._timed is not None:
            return
        if not unfinished(self._text, self._language()):
            await super().trigger_user_turn_stopped(
                enable_user_speaking_frames=enable_user_speaking_frames
            )
            return
        self._held = self.task_manager.create_task(self._wait(_MORE_S), f"{self}::wait")

    async def cleanup(self) -> None:
        """Forget the turn."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._let_go()

    async def _handle_transcription(self, frame: TranscriptionFrame) -> None:
        """Ask the assistant's own judgement first; each new transcript asks it again."""
        if frame.finalized or not self._vad_user_speaking:
            await self._let_go()
            self._timed = self.task_manager.create_task(
                self._judge(frame.text), f"{self}::endpointing"
            )
            # Most assistants have no judgement of their own: that is known without waiting.
            await asyncio.sleep(0)
        await super()._handle_transcription(frame)

    async def _discard_pending_end_of_turn(self) -> None:
        """The caller went on, or the turn is over."""
        await super()._discard_pending_end_of_turn()  # type: ignore[no-untyped-call]
        await self._let_go()

    async def _judge(self, words: str) -> None:
        seconds = await self._endpointing(words)
        if seconds is not None:
            await self._wait(seconds)
            return
        self._timed = None
        await self._maybe_trigger_user_turn_stopped()  # type: ignore[no-untyped-call]

    async def _handle_input_audio(self, frame: InputAudioRawFrame) -> None:
        self._heard_s += frame.num_frames / frame.sample_rate
        self._hearing.set()
        await super()._handle_input_audio(frame)

    async def _wait(self, seconds: float) -> None:
        until_s = self._heard_s + seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds * _LATE):
                while self._heard_s < until_s:
                    self._hearing.clear()
                    await self._hearing.wait()
        await super().trigger_user_turn_stopped()

    async def _let_go(self) -> None:
        for name in ("_held", "_timed"):
            task: asyncio.Task[None] | None = getattr(self, name)
            setattr(self, name, None)
            if task and task is not asyncio.current_task():
                await self.task_manager.cancel_task(task)
