"""A caller's part, recorded before the call.

A recording cannot wait for the assistant to finish, so the call is rehearsed: the guided model says
what it will answer, the voice says how long that takes, and the caller's next sentence is placed
just after.
"""

import wave
from datetime import datetime
from pathlib import Path

import numpy as np

from allokoli.blueprint import guided
from allokoli.blueprint.blueprint import Blueprint
from allokoli.engine.speech.speech import Speech

RATE = 16_000
# From the microphone being opened to the greeting being heard, at the most.
CONNECTING_S = 7.0
# From the caller's last word to the assistant's first, at the most; then a breath.
ANSWERING_S = 6.0
# Nobody starts speaking again while the machine that plays both parts is this late.
LAST_WORDS_S = 20.0
# The longest answer to a sentence said once more.
ANSWER_S = 9.0


async def record(
    path: Path,
    blueprint: Blueprint,
    sentences: list[str],
    now: datetime,
    speech: Speech,
    again: list[str],
):
    """Write the caller's microphone.

    Args:
        path: the WAV file to write, 16 kHz mono.
        blueprint: what the assistant was made from.
        sentences: what the caller says, turn by turn.
        now: when the call takes place.
        speech: voices of both sides.
        again: said afterwards, should a word not have been caught; a call that went as rehearsed
            is over by then.

    Returns:
        What the assistant is expected to say, the greeting first.
    """
    expected, parts = [blueprint.greeting], [silence(CONNECTING_S)]
    parts.append(silence(await duration_s(speech, blueprint.greeting)))
    for turn, sentence in enumerate(sentences, start=1):
        reply = guided.reply(blueprint, sentences[:turn], now)
        expected.append(reply.text)
        parts.append(np.frombuffer(await say(speech, sentence), np.int16))
        parts.append(silence(ANSWERING_S + await duration_s(speech, reply.text)))
    for sentence in again:
        parts.append(np.frombuffer(await say(speech, sentence), np.int16))
        parts.append(silence(ANSWERING_S + ANSWER_S))
    parts.append(silence(LAST_WORDS_S))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate(parts).tobytes())
    return expected


async def say(speech: Speech, sentence: str) -> bytes:
    """A sentence in the local French voice: 16-bit mono at 16 kHz."""
    return b"".join([pcm async for pcm in speech.voices.say(sentence, "fr")])


async def duration_s(speech: Speech, sentence: str) -> float:
    """How long the voice takes to say something, in seconds."""
    return len(await say(speech, sentence)) / 2 / RATE


def silence(seconds: float) -> np.ndarray:
    """Silence, with the faint noise of a real room."""
    rng = np.random.default_rng(7)
    return rng.normal(0, 3, round(seconds * RATE)).astype(np.int16)
