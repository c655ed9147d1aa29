"""A conversation that answers by rule, a listener that keeps notes, and how well one was heard."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher

from allokoli.dialogue.text import fold
from allokoli.engine.conversation.events import EndCall, Event, Say
from allokoli.engine.conversation.listener import TurnLatency

GREETING = "Bonjour, bienvenue au Petit Bistrot. Voulez-vous réserver une table ?"
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
    entries: list[str] = field(default_factory=list)
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

    async def press(self, digits: str) -> AsyncIterator[Event]:
        self.entries.append(digits)
        return
        yield

    async def pressed(self) -> AsyncIterator[Event]:
        yield Say(ANSWER)

    keypad_wait_s: float = 0.5
    waits: list[float] = field(default_factory=list)
    silences: list[float] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)

    async def waited(self, seconds: float) -> AsyncIterator[Event]:
        self.silences.append(seconds)
        yield Say(PROMPT)

    async def interrupted_by(self, role: str) -> AsyncIterator[Event]:
        self.interrupted.append(role)
        return
        yield

    async def say_out_of_turn(
        self, text: str, *, end: str | None = None, interruptible: bool = True
    ) -> AsyncIterator[Event]:
        yield Say(text, interruptible)
        if end:
            yield EndCall(end)

    def cut(self, heard: str) -> None:
        self.cuts.append(heard)

    def take_back(self) -> None:
        self.turns.pop()


@dataclass
class Notes:
    """Keeps what a call reports."""

    is_connected: bool = False
    transcripts: list[tuple[str, str, bool]] = field(default_factory=list)
    speech: list[tuple[str, str]] = field(default_factory=list)
    interruptions: int = 0
    resumptions: int = 0
    latencies: list[TurnLatency] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

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

    def resumed(self) -> None:
        self.resumptions += 1

    def happened(self, event: Event) -> None:
        self.events.append(event)

    def latency(self, latency: TurnLatency) -> None:
        self.latencies.append(latency)

    def said(self, role: str) -> list[str]:
        """What a side said, finally."""
        return [text for who, text, final in self.transcripts if who == role and final]


def unheard(said: str, heard: str) -> float:
    """How much of what was said is not in what was heard, letter by letter: 0 when all of it is.

    Letters, not words: a voice says `au Petit Bistrot` and `aux petits bistros` alike. Sentences
    that have nothing in common score 0.6 and more.
    """
    return 1 - SequenceMatcher(None, letters(said), letters(heard), autojunk=False).ratio()


def letters(text: str) -> str:
    """A text's letters and figures, without case, accents, spaces or punctuation."""
    return "".join(one for one in fold(text) if one.isalnum())
