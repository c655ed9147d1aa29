"""The engine's side of the voice bench: one process, one warm call, signalled over its pipes.

Reads one JSON offer a line, writes one JSON answer a line; at the end of a call writes what the
engine itself measured.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import psutil

from allokoli.core.settings import get_settings
from allokoli.engine.audio import turn_models
from allokoli.engine.audio.limits import Limits
from allokoli.engine.audio.voice_call import VoiceCall
from allokoli.engine.conversation.events import Event, Say
from allokoli.engine.conversation.listener import TurnLatency
from allokoli.engine.speech import Speech, ensure_models

ANSWER = "Très bien, je note votre demande."


class Echo:
    """Answers everything at once, so that only the audio path is measured."""

    language = "fr"
    keypad_wait_s = 0.0
    waits: tuple[float, ...] = ()

    def __init__(self) -> None:
        self.turns: list[str] = []

    async def open(self) -> AsyncIterator[Event]:
        yield Say("Bonjour.")

    async def hear(self, text: str) -> AsyncIterator[Event]:
        self.turns.append(text)
        yield Say(ANSWER)

    async def interrupted_by(self, role: str) -> AsyncIterator[Event]:
        for _ in role[:0]:
            yield Say(ANSWER)

    def cut(self, heard: str) -> None:
        """Nothing to forget."""


class Stages:
    """Keeps the latencies, follows nothing else."""

    def __init__(self) -> None:
        self.latencies: list[TurnLatency] = []

    def connected(self) -> None: ...

    def speech_update(self, role: str, status: str) -> None: ...

    def transcript(
        self, role: str, text: str, *, final: bool, started_at: datetime, ended_at: datetime
    ) -> None: ...

    def interrupted(self) -> None: ...

    def latency(self, latency: TurnLatency) -> None:
        self.latencies.append(latency)


async def main() -> None:
    """Serve calls until standard input closes."""
    settings = get_settings()
    ensure_models(settings.models_dir, settings.whisper_model)
    speech = Speech.load(settings.models_dir, settings.whisper_model)
    turn_models.warm()
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    write({"ready": True, "idle_mb": round(psutil.Process().memory_info().rss / 1e6)})
    while line := await reader.readline():
        conversation, stages = Echo(), Stages()
        with tempfile.TemporaryDirectory() as folder:
            call = VoiceCall(
                conversation, stages, Path(folder) / "call.wav", Limits(600, 600), speech
            )
            write(await call.answer_webrtc(**json.loads(line)))
            reason = await call.wait()
        write(
            {
                "reason": reason,
                "turns": conversation.turns,
                "latencies": [asdict(latency) for latency in stages.latencies],
                "used_mb": round(psutil.Process().memory_info().rss / 1e6),
            }
        )


def write(message: dict[str, object]) -> None:
    """One line of JSON to the other side."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


asyncio.run(main())
