"""Splits the wait between a caller's last word and the answer's first sound."""

import time
from collections.abc import Callable

from allokoli.engine.conversation.listener import TurnLatency


class TurnClock:
    """Marks the moments of one turn; the last mark of each kind counts.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks: dict[str, float] = {}

    def speech_ended(self, ago_s: float) -> None:
        """The caller fell silent `ago_s` seconds before now."""
        now_s = self._clock()
        self._marks = {"ended": now_s - ago_s, "detected": now_s}

    def transcribed(self) -> None:
        """The recognizer gave the words."""
        self._marks["transcribed"] = self._clock()

    def turn_given(self) -> None:
        """The floor is the assistant's."""
        self._marks["given"] = self._clock()

    def first_words(self) -> None:
        """The conversation gave the first words of its answer."""
        if "given" in self._marks:
            self._marks.setdefault("words", self._clock())

    @property
    def awaits_sound(self) -> bool:
        """Whether the answer's first sound is still to come."""
        return "words" in self._marks

    def audible(self) -> TurnLatency | None:
        """The answer's first sound is out: the turn's latency, None if no turn preceded it."""
        marks, self._marks = self._marks, {}
        if not {"ended", "detected", "transcribed", "given", "words"} <= marks.keys():
            return None
        transcriber_s = max(0.0, marks["transcribed"] - marks["detected"])
        endpointing_s = marks["given"] - marks["ended"] - transcriber_s
        now_s = self._clock()
        return TurnLatency(
            turn_ms=1000 * (now_s - marks["ended"]),
            endpointing_ms=1000 * endpointing_s,
            transcriber_ms=1000 * transcriber_s,
            model_ms=1000 * (marks["words"] - marks["given"]),
            voice_ms=1000 * (now_s - marks["words"]),
        )
