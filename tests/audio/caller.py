"""A caller at the other end of a WebRTC call: real audio, twenty milliseconds at a time."""

import asyncio
import fractions
import json
import time
from collections import deque
from typing import Any

import numpy as np
import soxr
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from av import AudioFrame

RATE = 48_000
FRAME = RATE // 50
HEARD_RATE = 16_000
AUDIBLE_PEAK = 300
ENDED_S = 1.5
"""The silence that ends an answer: voices pause for a third of a second, busy machines for one."""
Pcm = np.ndarray


class Microphone(MediaStreamTrack):
    """Sends what is queued, silence otherwise, in real time."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: deque[tuple[Pcm, asyncio.Future[float] | None]] = deque()
        self._sent = 0
        self._started_s: float | None = None

    def speak(self, pcm: bytes) -> "asyncio.Future[float]":
        """Queue 16-bit mono speech at 16 kHz; resolves to the moment its last sample left."""
        audio = np.frombuffer(pcm, np.int16)
        loud = np.flatnonzero(np.abs(audio.astype(np.int32)) > AUDIBLE_PEAK)
        audio = audio[loud[0] : loud[-1] + 1]
        audio = soxr.resample(audio, HEARD_RATE, RATE).astype(np.int16)
        audio = np.pad(audio, (0, -len(audio) % FRAME))
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        pieces = audio.reshape(-1, FRAME)
        for index, piece in enumerate(pieces):
            self._frames.append((piece, done if index == len(pieces) - 1 else None))
        return done

    async def recv(self) -> AudioFrame:
        """The next frame, at its time."""
        if self._started_s is None:
            self._started_s = time.monotonic()
        await asyncio.sleep(max(0.0, self._started_s + self._sent / 50 - time.monotonic()))
        piece, done = self._frames.popleft() if self._frames else (np.zeros(FRAME, np.int16), None)
        frame = AudioFrame.from_ndarray(piece[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._sent * FRAME
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += 1
        if done and not done.done():
            done.set_result(time.monotonic())
        return frame


class Caller:
    """Calls, speaks, listens.

    Attributes:
        microphone: what the caller says.
        messages: what came on the data channel.
        ended: set once the other side says that the call is over.
    """

    def __init__(self) -> None:
        self.microphone = Microphone()
        self.messages: list[dict[str, Any]] = []
        self.ended = asyncio.Event()
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._pc.addTrack(self.microphone)
        self._channel = self._pc.createDataChannel("events")
        self._channel.on("message", self._read)
        self._pc.on("track", self._listen)
        self._ears: asyncio.Task[None] | None = None
        self._heard: list[tuple[float, Pcm]] = []
        self._changed = asyncio.Event()

    async def offer(self) -> dict[str, str]:
        """The session description to send."""
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return {"sdp": self._pc.localDescription.sdp, "type": self._pc.localDescription.type}

    async def take(self, answer: dict[str, str]) -> None:
        """Connect with the answer received."""
        await self._pc.setRemoteDescription(
            RTCSessionDescription(sdp=answer["sdp"], type=answer["type"])
        )

    def send(self, message: dict[str, Any]) -> None:
        """Send a message on the data channel."""
        self._channel.send(json.dumps(message))

    async def hang_up(self) -> None:
        """Leave."""
        await self._pc.close()
        if self._ears:
            self._ears.cancel()

    def vanish(self) -> None:
        """Lose the network without a word."""
        for transport in self._pc._RTCPeerConnection__iceTransports:
            connection = transport._connection
            for protocol in connection._protocols:
                protocol.transport.close()

    def heard_since(self, moment_s: float) -> bytes:
        """What was heard from a moment on: 16-bit mono at 16 kHz."""
        pieces = [pcm for at, pcm in self._heard if at >= moment_s]
        if not pieces:
            return b""
        audio = np.concatenate(pieces).astype(np.float32)
        return bytes(soxr.resample(audio, RATE, HEARD_RATE).astype(np.int16).tobytes())

    async def sound_after(self, moment_s: float, within_s: float = 10.0) -> float:
        """When the first audible sample after a moment was heard."""
        return await self._first(
            lambda: next((t for t, p in self._heard if t > moment_s and audible(p)), None), within_s
        )

    async def silence_after(
        self, moment_s: float, lasting_s: float = ENDED_S, within_s: float = 30.0
    ) -> float:
        """When the voice last sounded, once it has been silent for a while after a moment."""

        def last_sound() -> float | None:
            sounds = [t for t, p in self._heard if t > moment_s and audible(p)]
            last_s = sounds[-1] if sounds else None
            if last_s is None or not self._heard or self._heard[-1][0] - last_s < lasting_s:
                return None
            return last_s

        return await self._first(last_sound, within_s)

    async def _first(self, found: Any, within_s: float) -> float:
        async with asyncio.timeout(within_s):
            while (moment := found()) is None:
                self._changed.clear()
                await self._changed.wait()
        return float(moment)

    def _read(self, text: str) -> None:
        message = json.loads(text)
        self.messages.append(message)
        if message.get("type") == "status-update" and message.get("status") == "ended":
            self.ended.set()

    def _listen(self, track: Any) -> None:
        async def pump() -> None:
            while True:
                frame = await track.recv()
                pcm = frame.to_ndarray().reshape(-1)
                pcm = pcm[::2] if frame.layout.name == "stereo" else pcm
                self._heard.append((time.monotonic(), pcm))
                self._changed.set()

        self._ears = asyncio.create_task(pump())
        self._ears.add_done_callback(lambda task: task.cancelled() or task.exception())


def audible(pcm: Pcm) -> bool:
    """Whether a piece of audio can be heard."""
    return bool(np.abs(pcm.astype(np.int32)).max() > AUDIBLE_PEAK)
