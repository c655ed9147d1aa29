"""A person on the phone: speaks after the assistant has finished, in a real voice."""

import asyncio
import re
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from caller import Caller
from owner import Owner
from rehearsal import RATE, say

from allokoli.core import clock
from allokoli.engine.speech.speech import Speech

# Sentences that the local recognizer, measured, hears right from the local voice.
RESERVATION = [
    "Bonjour, je voudrais réserver une table.",
    "Nous serons quatre.",
    "Demain soir à vingt heures.",
    "Je m'appelle Claire Bernard.",
    "C'est le zéro six, vingt-deux, trente-trois, quarante-quatre, cinquante-cinq.",
    "Une allergie au poisson.",
    "Oui, c'est parfait.",
]


# What a person answers when asked once more, the recap first.
ANSWERS = [
    (r"bien cela|correct", "Oui, c'est parfait."),
    (r"personnes", "Nous serons quatre."),
    (r"jour|date", "Demain soir à vingt heures."),
    (r"heure", "À vingt heures."),
    (r"\bnom\b", "Je m'appelle Claire Bernard."),
    (r"téléphone|numéro", RESERVATION[4]),
    (r"allergie", "Une allergie au poisson."),
]
MOST_REPETITIONS = 6


def reservation() -> dict[str, object]:
    """What `RESERVATION` asks for, as the owner must find it."""
    tomorrow = clock.now().astimezone(ZoneInfo("Europe/Paris")).date() + timedelta(days=1)
    return {
        "intent": "book",
        "name": "Claire Bernard",
        "party_size": 4,
        "date": tomorrow.isoformat(),
        "time": "20:00",
        "phone": "+33622334455",
        "allergies": "poisson",
    }


def noted(call: dict[str, Any]) -> dict[str, object]:
    """What the owner finds of a call; `au poisson` and `aux poissons` sound the same."""
    found = dict(call["analysis"]["structured_data"])
    found["allergies"] = str(found.get("allergies")).removesuffix("s")
    return found


class Person:
    """Someone who calls an owner's assistant.

    Args:
        owner: whose assistant is called.
        speech: the voice they speak with.
    """

    def __init__(self, owner: Owner, speech: Speech) -> None:
        self._owner, self._speech = owner, speech
        self.caller = Caller()

    async def call(self, assistant_id: str) -> "Person":
        """Call, and hear the greeting out."""
        offer = await self.caller.offer()
        await self.caller.take(self._owner.start_web_call(assistant_id, offer))
        await self.caller.silence_after(0.0)
        return self

    async def finish(self) -> None:
        """Answer what is still asked, as people do when a word was not caught."""
        for _ in range(MOST_REPETITIONS):
            if self.caller.ended.is_set():
                return
            await self.say(self._answer())

    def _answer(self) -> str:
        said = [
            message["transcript"]
            for message in self.caller.messages
            if message.get("type") == "transcript"
            and message["role"] == "assistant"
            and message["transcriptType"] == "final"
        ]
        asked = next((one for one in reversed(said) if "?" in one), said[-1])
        return next(
            (answer for pattern, answer in ANSWERS if re.search(pattern, asked.lower())),
            RESERVATION[-1],
        )

    async def say(self, sentence: str) -> None:
        """Say a sentence, and hear the answer out, or the line being closed."""
        spoken_s = await self.caller.microphone.speak(await say(self._speech, sentence))
        heard_out = asyncio.create_task(self.caller.silence_after(spoken_s))
        closed = asyncio.create_task(self.caller.ended.wait())
        done, waiting = await asyncio.wait({heard_out, closed}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        try:
            done.pop().result()
        except TimeoutError:
            said = [one for one in self.caller.messages if one.get("type") == "transcript"]
            raise AssertionError(f"nobody answered {sentence!r}: {said}") from None


def loudness(path: Path) -> tuple[float, float]:
    """How loud each side of a stereo recording is at its loudest: caller, assistant (0 to 1)."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    peaks = np.abs(samples.astype(np.int32)).max(axis=0) / 32768
    return float(peaks[0]), float(peaks[1])


def seconds(path: Path) -> float:
    """How long a recording is."""
    with wave.open(str(path)) as file:
        return file.getnframes() / file.getframerate()
