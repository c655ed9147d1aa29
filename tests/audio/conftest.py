"""Real models, loaded once, and a caller's tools."""

import os

# The models come from the installed packages, whether or not this machine has a network.
os.environ["HF_HUB_OFFLINE"] = "1"

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from caller import Caller

from allokoli.engine.audio.limits import Limits
from allokoli.engine.audio.voice_call import VoiceCall
from allokoli.engine.conversation.events import EndCall, Event, Say
from allokoli.engine.conversation.listener import TurnLatency
from allokoli.engine.speech import Speech, ensure_models
from allokoli.engine.speech.weights import BASE_MODEL

GREETING = "Bonjour, ici Le Petit Bistrot. Que puis-je faire pour vous ?"
ANSWER = "Très bien, je note votre demande. Pour combien de personnes ?"
PROMPT = "Vous êtes toujours là ?"
GOODBYE = "Merci de votre appel, à bientôt."
LONG = (
    "Nous sommes ouverts du mardi au samedi, le midi et le soir. "
    "Notre carte change chaque semaine selon le marché. "
    "Nous avons une terrasse, une salle calme et un menu pour les enfants. "
    "Voulez-vous réserver une table ?"
)


@dataclass
class ScriptedConversation:
    """Answers by rule, in the shape the engine's conversations have."""

    language: str = "fr"
    greeting: str = GREETING
    turns: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)
    fails: bool = False

    async def open(self) -> AsyncIterator[Event]:
        yield Say(self.greeting)

    async def hear(self, text: str) -> AsyncIterator[Event]:
        self.turns.append(text)
        if self.fails:
            raise RuntimeError("a model broke")
        if not text:
            yield Say(PROMPT)
        elif "revoir" in text.lower():
            yield Say(GOODBYE)
            yield EndCall("assistant-ended-call")
        else:
            yield Say(ANSWER)

    def cut(self, heard: str) -> None:
        self.cuts.append(heard)


@dataclass
class Notes:
    """Keeps what a call reports."""

    is_connected: bool = False
    transcripts: list[tuple[str, str, bool]] = field(default_factory=list)
    speech: list[tuple[str, str]] = field(default_factory=list)
    interruptions: int = 0
    latencies: list[TurnLatency] = field(default_factory=list)

    def connected(self) -> None:
        self.is_connected = True

    def speech_update(self, role: str, status: str) -> None:
        self.speech.append((role, status))

    def transcript(
        self, role: str, text: str, *, final: bool, started_at: datetime, ended_at: datetime
    ) -> None:
        assert started_at <= ended_at
        self.transcripts.append((role, text, final))

    def interrupted(self) -> None:
        self.interruptions += 1

    def latency(self, latency: TurnLatency) -> None:
        self.latencies.append(latency)

    def said(self, role: str) -> list[str]:
        """What a side said, finally."""
        return [text for who, text, final in self.transcripts if who == role and final]


@dataclass
class RunningCall:
    """A call in progress, seen from both ends."""

    call: VoiceCall
    caller: Caller
    conversation: Any
    notes: Notes
    recording: Path
    client_messages: list[dict[str, Any]] = field(default_factory=list)

    async def ended(self, within_s: float = 20.0) -> str:
        return await asyncio.wait_for(self.call.wait(), within_s)


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory):
    """The recognizer and the voices, as an engine loads them."""
    models = tmp_path_factory.mktemp("models")
    ensure_models(models, BASE_MODEL)
    loaded = Speech.load(models, BASE_MODEL)
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


@pytest.fixture
def word_errors() -> Callable[[str, str], float]:
    """Word error rate: `word_errors(said, heard)`, 0 when all is heard."""
    return _word_errors


def _word_errors(said: str, heard: str) -> float:
    wanted, got = words(said), words(heard)
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1] / max(1, len(wanted))


def words(text: str) -> list[str]:
    """A text's words without case, accents or punctuation."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).split()
