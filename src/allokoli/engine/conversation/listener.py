"""What a transport reports while a call runs, for the call's record and its followers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from allokoli.engine.conversation.events import Event

Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """Where the time of one answer went, all in milliseconds.

    Attributes:
        turn_ms: from the caller's last audible sample to the first audible sample of the answer.
        endpointing_ms: deciding that the caller had finished.
        transcriber_ms: speech to text.
        model_ms: text to the first words of the answer.
        voice_ms: first words to first audio.
    """

    turn_ms: float
    endpointing_ms: float
    transcriber_ms: float
    model_ms: float
    voice_ms: float


class CallListener(Protocol):
    """Follows one call. Every method returns at once; nothing here may slow the audio."""

    def connected(self) -> None: ...

    def speech_update(self, role: Role, status: Literal["started", "stopped"]) -> None: ...

    def transcript(
        self, role: Role, text: str, *, final: bool, started_at: datetime, ended_at: datetime
    ) -> None: ...

    def interrupted(self) -> None: ...

    def resumed(self) -> None:
        """The caller went on with the turn just reported before hearing its answer.

        That turn will be reported again, whole; what little was heard of the answer counts for
        nothing.
        """
        ...

    def happened(self, event: Event) -> None:
        """The conversation did something other than speak: called a tool, handed over, …"""
        ...

    def latency(self, latency: TurnLatency) -> None: ...
