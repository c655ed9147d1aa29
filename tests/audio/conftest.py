"""Real models, loaded once, and a caller's tools."""

import os

# The models come from the installed packages, whether or not this machine has a network.
os.environ["HF_HUB_OFFLINE"] = "1"

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from caller import Caller
from engines import engine_port, make_tenant, run_jobs, tenant
from scripted import Notes, ScriptedConversation
from sound_files import files

from allokoli.engine.audio.limits import Limits
from allokoli.engine.audio.voice_call import VoiceCall
from allokoli.engine.speech import Speech, ensure_models
from allokoli.engine.speech.weights import BASE_MODEL

__all__ = ["engine_port", "make_tenant", "run_jobs", "tenant"]

__all__ = ["files"]


@dataclass
class RunningCall:
    """A call in progress, seen from both ends."""

    call: VoiceCall
    caller: Caller
    conversation: Any
    notes: Notes
    recording: Path
    client_messages: list[dict[str, Any]] = field(default_factory=list)

    async def until(self, condition, within_s: float = 20.0) -> None:
        """Wait, in the time of the call, until the call reports something."""
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - audio goes on by itself
                await asyncio.sleep(0.02)

    async def ended(self, within_s: float = 20.0) -> str:
        return await asyncio.wait_for(self.call.wait(), within_s)


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models, made from the installed packages."""
    folder = tmp_path_factory.mktemp("models")
    ensure_models(folder, BASE_MODEL)
    return folder


@pytest.fixture(scope="session")
def speech(models_dir: Path):
    """The recognizer and the voices, as an engine loads them."""
    loaded = Speech.load(models_dir, BASE_MODEL)
    yield loaded
    loaded.close()


@pytest.fixture
def voice(speech: Speech):
    """Speech of a text: `await voice("Bonjour")`, 16-bit mono at 16 kHz."""

    async def say(text: str, language: str = "fr") -> bytes:
        return b"".join([piece async for piece in speech.voices.say(text, language)])

    return say


@pytest.fixture
async def start_call(speech: Speech, tmp_path: Path):
    """Start a call over WebRTC: `await start_call(conversation=…, limits=…)`."""
    running: list[RunningCall] = []

    async def start(
        conversation: Any = None,
        limits: Limits | None = None,
        *,
        connect: bool = True,
        **options: Any,
    ) -> RunningCall:
        conversation = conversation or ScriptedConversation()
        notes, messages = Notes(), []
        path = tmp_path / f"call-{len(running)}.wav"
        call = VoiceCall(
            conversation,
            notes,
            path,
            limits or Limits(60, 30),
            speech,
            on_client_message=messages.append,
            **options,
        )
        caller = Caller()
        one = RunningCall(call, caller, conversation, notes, path, messages)
        running.append(one)
        answer = await call.answer_webrtc(**await caller.offer())
        if connect:
            await caller.take(answer)
        return one

    yield start
    for one in running:
        await one.call.hang_up("manually-canceled")
        await one.caller.hang_up()
