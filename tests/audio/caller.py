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
from hearing import AUDIBLE_PEAK, HEARD_RATE, Hearing, Pcm

RATE = 48_000
FRAME = RATE // 50


class Microphone(MediaStreamTrack):
    """Sends what is queued, silence otherwise, as fast as one speaks."""

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


class Caller(Hearing):
    """Calls, speaks, listens.

    Attributes:
        microphone: what the caller says.
        messages: what came on the data channel.
        ended: set once the other side says that the call is over, or closes the line.
    """

    def __init__(self) -> None:
        super().__init__(RATE)
        self.microphone = Microphone()
        self.messages: list[dict[str, Any]] = []
        self.ended = asyncio.Event()
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._pc.addTrack(self.microphone)
        self._channel = self._pc.createDataChannel("events")
        self._channel.on("message", self._read)
        self._channel.on("close", self.ended.set)
        self._pc.on("track", self._listen)
        self._ears: asyncio.Task[None] | None = None

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
                self.hear(pcm[::2] if frame.layout.name == "stereo" else pcm)

        self._ears = asyncio.create_task(pump())
        self._ears.add_done_callback(lambda task: task.cancelled() or task.exception())
