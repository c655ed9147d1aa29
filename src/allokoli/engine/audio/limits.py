"""When a call has to be prompted or ended for want of speech or for length. Pure: time is given."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["prompt", "silent", "too long"]
_PROMPTS = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a call.

    Attributes:
        max_duration_s: longest call, from connection (Vapi's maxDurationSeconds).
        silence_timeout_s: silence of the caller after which the call ends (silenceTimeoutSeconds);
            the assistant prompts twice on the way.
    """

    max_duration_s: float = 600.0
    silence_timeout_s: float = 30.0


class Patience:
    """Counts the caller's silence, leaving out the time the assistant speaks or thinks.

    Args:
        limits: the call's bounds.
        now_s: a monotonic reading at connection.
    """

    def __init__(self, limits: Limits, now_s: float) -> None:
        self._limits = limits
        self._started_s = self._last_s = now_s
        self._silent_s = 0.0
        self._prompts = 0

    def caller_spoke(self) -> None:
        """Start counting again."""
        self._silent_s = 0.0
        self._prompts = 0

    def tick(self, now_s: float, *, waiting: bool) -> Verdict | None:
        """Advance to `now_s`.

        Args:
            now_s: a monotonic reading.
            waiting: whether the floor is the caller's and the caller says nothing.
        """
        elapsed_s, self._last_s = now_s - self._last_s, now_s
        if now_s - self._started_s >= self._limits.max_duration_s:
            return "too long"
        if waiting:
            self._silent_s += elapsed_s
        if self._silent_s >= self._limits.silence_timeout_s:
            return "silent"
        due_s = self._limits.silence_timeout_s * (self._prompts + 1) / (_PROMPTS + 1)
        if self._prompts < _PROMPTS and self._silent_s >= due_s:
            self._prompts += 1
            return "prompt"
        return None
