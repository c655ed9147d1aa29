"""Decides that the caller has finished: by the sound, and by the words."""

import asyncio

from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy

from allokoli.engine.audio import turn_models
from allokoli.engine.audio.unfinished import unfinished

_MORE_S = 1.2


class ListenerTurnStop(TurnAnalyzerUserTurnStopStrategy):  # type: ignore[no-untyped-call]
    """The end-of-turn model, held back a moment when the words call for more.

    Args:
        language: of the call.
    """

    def __init__(self, language: str) -> None:
        super().__init__(turn_analyzer=turn_models.turn_end())
        self._language = language
        self._held: asyncio.Task[None] | None = None

    async def trigger_user_turn_stopped(
        self, *, enable_user_speaking_frames: bool | None = None
    ) -> None:
        """End the turn, or wait once for what should follow."""
        if self._held is not None:
            return
        if not unfinished(self._text, self._language):
            await super().trigger_user_turn_stopped(
                enable_user_speaking_frames=enable_user_speaking_frames
            )
            return
        self._held = self.task_manager.create_task(self._wait(), f"{self}::wait")

    async def cleanup(self) -> None:
        """Forget the turn."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._let_go()

    async def _discard_pending_end_of_turn(self) -> None:
        """The caller went on, or the turn is over."""
        await super()._discard_pending_end_of_turn()  # type: ignore[no-untyped-call]
        await self._let_go()

    async def _wait(self) -> None:
        await asyncio.sleep(_MORE_S)
        await super().trigger_user_turn_stopped()

    async def _let_go(self) -> None:
        held, self._held = self._held, None
        if held and held is not asyncio.current_task():
            await self.task_manager.cancel_task(held)
