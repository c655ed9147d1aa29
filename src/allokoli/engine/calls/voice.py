"""What a call needs of whatever carries its audio; the engine process supplies it at start."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from starlette.websockets import WebSocket

from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls.backstage import CallBackstage
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.events import Event
from allokoli.engine.conversation.listener import CallListener

_DEFAULT_RATES = {"pcm_s16le": 16_000, "mulaw": 8_000}
_LOWEST_RATE, _HIGHEST_RATE = 8_000, 48_000

Side = Literal["assistant", "customer"]
Forward = Callable[[dict[str, Any]], Awaitable[None]]


class ListenerTooSlow(Exception):
    """A listener did not keep up with a call, and hears no more of it."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Raw mono audio on a WebSocket.

    Attributes:
        encoding: `pcm_s16le` (16-bit, little end first) or `mulaw` (G.711).
        sample_rate: in Hz, 8 000 to 48 000; `mulaw` is always 8 000.
    """

    encoding: str = "pcm_s16le"
    sample_rate: int = 16_000

    @property
    def bytes_per_s(self) -> int:
        """How much a second takes."""
        return self.sample_rate * (2 if self.encoding == "pcm_s16le" else 1)

    @classmethod
    def of(cls, wire: Any) -> "AudioFormat":
        """Read `transport.audioFormat`; what it leaves out has Vapi's defaults.

        Raises:
            Invalid: it asks for what this engine does not speak.
        """
        wire = {} if wire is None else wire
        at = "transport.audioFormat"
        if not isinstance(wire, dict):
            raise Invalid([f"{at} must be an object"])
        encoding = wire.get("format") or "pcm_s16le"
        problems = []
        if not isinstance(encoding, str) or encoding not in _DEFAULT_RATES:
            problems = [f"{at}.format must be one of the following values: pcm_s16le, mulaw"]
            encoding = "pcm_s16le"
        rate = wire.get("sampleRate") or _DEFAULT_RATES[encoding]
        lowest, highest = (8_000, 8_000) if encoding == "mulaw" else (_LOWEST_RATE, _HIGHEST_RATE)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or rate % 1 != 0:
            problems.append(f"{at}.sampleRate must be an integer number")
        elif not lowest <= rate <= highest:
            problems.append(
                f"{at}.sampleRate must be between {lowest} and {highest} for {encoding}"
            )
        if wire.get("container") not in (None, "raw"):
            problems.append(f"{at}.container must be one of the following values: raw")
        if problems:
            raise Invalid(problems)
        return cls(encoding, int(rate))


class Voice(Protocol):
    """One call's audio."""

    async def answer_webrtc(self, sdp: str, type: str) -> dict[str, str]:  # noqa: A002 - WebRTC's word
        """Answer a browser's offer and start the call."""
        ...

    async def answer_websocket(self, websocket: WebSocket, audio_format: AudioFormat) -> None:
        """Start the call on an accepted WebSocket; whoever calls this keeps it open."""
        ...

    async def answer_twilio(
        self, websocket: WebSocket, start_message: dict[str, Any], forward: Forward | None = None
    ) -> None:
        """Start the call on an accepted Twilio media stream.

        Args:
            websocket: to be kept open till the end by the caller of this.
            start_message: Twilio's `start` event, whole.
            forward: connects the caller to a destination, once the last words were heard; None
                where that cannot be done.
        """
        ...

    async def wait(self) -> str:
        """Wait for the end; returns Vapi's `endedReason`."""
        ...

    async def hang_up(self, reason: str) -> None:
        """End the call."""
        ...

    async def say(
        self,
        text: str,
        *,
        then_end: str | None = None,
        interruptible: bool = True,
        at_once: bool = False,
    ) -> None:
        """Speak after what is being said, or instead; then hang up, when a reason is given."""
        ...

    async def perform(self, events: AsyncIterator[Event], *, at_once: bool = False) -> None:
        """Voice what the conversation says, after what is being said or instead of it."""
        ...

    async def transfer(self, destination: dict[str, Any], words: str = "") -> None:
        """Say words, then forward the caller where the line can, and end the call here."""
        ...

    async def mute(self, side: Side, *, on: bool) -> None:
        """Silence the assistant or the customer, or let them be heard again."""
        ...

    async def press(self, digits: str) -> None:
        """The caller pressed keys."""
        ...

    def listen(self) -> AsyncIterator[bytes | dict[str, Any]]:
        """The call as it is heard from now on, to its end.

        Yields:
            Audio (16-bit stereo at 16 kHz, caller left, assistant right) and client messages.

        Raises:
            ListenerTooSlow: what a listener does not take in time is not kept for it.
        """
        ...

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the client; lost when it is gone."""
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
        on_client_message: told what the client asks that audio alone cannot do.
        around: servers and credentials of the call's owner.
    """

    conversation: Conversation
    listener: CallListener
    recording_path: Path
    assistant: dict[str, Any]
    max_duration_s: float
    silence_timeout_s: float
    on_client_message: Callable[[dict[str, Any]], None]
    around: CallBackstage


VoiceFactory = Callable[[VoiceRequest], Voice]
