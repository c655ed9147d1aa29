"""What a call asks of the connection to its caller, whatever carries it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipecat.audio.mixers.base_audio_mixer import BaseAudioMixer
from pipecat.transports.base_transport import BaseTransport

from allokoli.engine.audio.mute import Mute

_FRAME_10MS_CHUNKS = 2  # 20 ms a write: a barge-in loses no more than that
# What was handed to the network still has to cross it and the caller's jitter buffer.
_CROSSING_S = 0.4


@dataclass(frozen=True, slots=True)
class LineEvents:
    """What a line tells its call.

    Attributes:
        connected: the caller is there.
        gone: the caller is there no more; told why when the line knows better than a hang-up.
        message: the caller's client sent a message.
    """

    connected: Callable[[], Awaitable[None]]
    gone: Callable[[str | None], None]
    message: Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LineAudio:
    """What is done to the audio of a line.

    Attributes:
        caller_mute: silences the caller.
        assistant_mute: silences the assistant.
        background: mixed into what the caller hears.
    """

    caller_mute: Mute = field(default_factory=Mute)
    assistant_mute: Mute = field(default_factory=Mute)
    background: BaseAudioMixer | None = None

    def params(self) -> dict[str, Any]:
        """Pipecat's transport parameters, common to every line."""
        return {
            "audio_in_enabled": True,
            "audio_in_filter": self.caller_mute,
            "audio_out_enabled": True,
            "audio_out_filter": self.assistant_mute,
            "audio_out_mixer": self.background,
            "audio_out_10ms_chunks": _FRAME_10MS_CHUNKS,
        }


class Line(Protocol):
    """One caller's connection."""

    @property
    def transport(self) -> BaseTransport:
        """Pipecat's view of it."""
        ...

    def attach(self, events: LineEvents) -> None:
        """Tell the call from now on what happens. Once, before the pipeline starts."""
        ...

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the caller's client; returns at once, lost when nobody is there."""
        ...

    async def last_words_heard(self) -> None:
        """Wait until what was written is out of the caller's loudspeaker, within two seconds."""
        ...

    async def close(self) -> None:
        """Leave. Harmless when repeated."""
        ...


async def crossed() -> None:
    """The usual time to cross a network and a jitter buffer."""
    await asyncio.sleep(_CROSSING_S)
