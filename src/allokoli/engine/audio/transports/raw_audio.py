"""Raw audio on a WebSocket, as Vapi's `vapi.websocket` transport has it.

Binary frames are mono audio in the call's format, both ways; text frames are JSON messages.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pipecat.audio.utils import create_stream_resampler, pcm_to_ulaw, ulaw_to_pcm
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.serializers.base_serializer import FrameSerializer

from allokoli.engine.calls.voice import AudioFormat

_NOT_JSON = {"type": "error", "message": "A text frame must be a JSON object with a type."}


class RawAudio(FrameSerializer):
    """Pipecat's frames to a client's and back; the streams are continuous.

    Args:
        audio_format: of the client, both ways.
        on_message: told each message of the client.
        on_nonsense: told what to answer to a text that is no message.
    """

    def __init__(
        self,
        audio_format: AudioFormat,
        on_message: Callable[[dict[str, Any]], Awaitable[None]],
        on_nonsense: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__()
        self._format = audio_format
        self._on_message = on_message
        self._on_nonsense = on_nonsense
        self._rate = 0
        self._odd = b""
        self._in = create_stream_resampler(clear_after_secs=None)
        self._out = create_stream_resampler(clear_after_secs=None)

    async def setup(self, setup: FrameProcessorSetup) -> None:  # type: ignore[override]
        """Learn the pipeline's sample rate."""
        self._rate = setup.audio_in_sample_rate

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """Audio as the client takes it; None for what is not audio."""
        if not isinstance(frame, OutputAudioRawFrame):
            return None
        if self._format.encoding == "mulaw":
            coded: bytes = await pcm_to_ulaw(
                frame.audio, frame.sample_rate, self._format.sample_rate, self._out
            )
            return coded
        return await self._out.resample(frame.audio, frame.sample_rate, self._format.sample_rate)

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """The client's audio; its messages go to the call."""
        if isinstance(data, str):
            await self._read(data)
            return None
        if self._format.encoding == "mulaw":
            pcm = await ulaw_to_pcm(data, self._format.sample_rate, self._rate, self._in)
        else:
            # A frame may end in the middle of a sample: its other half is in the next one.
            data = self._odd + data
            whole = len(data) // 2 * 2
            data, self._odd = data[:whole], data[whole:]
            pcm = await self._in.resample(data, self._format.sample_rate, self._rate)
        return InputAudioRawFrame(pcm, self._rate, 1) if pcm else None

    async def _read(self, text: str) -> None:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            message = None
        if isinstance(message, dict) and isinstance(message.get("type"), str):
            await self._on_message(message)
        else:
            self._on_nonsense(_NOT_JSON)
