"""What a call needs of whatever carries its audio; the engine process supplies it at start."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.listener import CallListener


class Voice(Protocol):
    """One call's audio."""

    async def answer_webrtc(self, sdp: str, type: str) -> dict[str, str]:  # noqa: A002 - WebRTC's word
        """Answer a browser's offer and start the call."""
        ...

    async def wait(self) -> str:
        """Wait for the end; returns Vapi's `endedReason`."""
        ...

    async def hang_up(self, reason: str) -> None:
        """End the call."""
        ...

    async def say(self, text: str, *, then_end: str | None = None) -> None:
        """Speak after what is being said; then hang up, with a reason, when one is given."""
        ...

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the browser; lost when it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class VoiceRequest:
    """A call that wants audio.

    Attributes:
        conversation: says what to say.
        listener: is told what happens.
        recording_path: WAV file to write as the call goes.
        assistant: for its voice and transcriber.
        max_duration_s: longest call, in seconds.
        silence_timeout_s: longest silence of the caller, in seconds.
        on_client_message: told what the browser asks that audio alone cannot do.
    """

    conversation: Conversation
    listener: CallListener
    recording_path: Path
    assistant: dict[str, Any]
    max_duration_s: float
    silence_timeout_s: float
    on_client_message: Callable[[dict[str, Any]], None]


VoiceFactory = Callable[[VoiceRequest], Voice]
