"""Follows the caller's turns: when one begins, what is understood of it, when it ends."""

from collections.abc import Callable
from datetime import datetime

from allokoli.core import clock
from allokoli.engine.audio.latency import TurnClock
from allokoli.engine.conversation.listener import CallListener


class Floor:
    """The caller's current turn.

    Args:
        listener: told what is understood.
        turn_clock: measures the turn.

    Attributes:
        caller_speaking: whether the caller has the floor.
        on_spoke: told that the caller gave a sign of life.
    """

    def __init__(self, listener: CallListener, turn_clock: TurnClock) -> None:
        self._listener = listener
        self._turn_clock = turn_clock
        self.on_spoke: Callable[[], None] = lambda: None
        self._text = ""
        self._started_at: datetime | None = None
        self.caller_speaking = False

    def started(self) -> None:
        """The caller takes the floor."""
        self.caller_speaking = True
        self._started_at = clock.now()
        self.on_spoke()
        self._listener.speech_update("user", "started")

    def words(self, text: str) -> None:
        """The turn so far, as understood now."""
        self._turn_clock.transcribed()
        self._text = text
        self._report(final=False)

    def passed_over(self) -> None:
        """What was just said counts for nothing."""
        self._text = ""

    def stopped(self) -> str:
        """The caller gives the floor; returns what was understood, "" for a noise."""
        self.caller_speaking = False
        self._listener.speech_update("user", "stopped")
        text, self._text = self._text, ""
        if text:
            self._report(final=True, text=text)
        return text

    def _report(self, *, final: bool, text: str = "") -> None:
        now = clock.now()
        self._listener.transcript(
            "user",
            text or self._text,
            final=final,
            started_at=self._started_at or now,
            ended_at=now,
        )
