"""Who voices an assistant: the engine's own voices, or a server that its owner runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Protocol

import httpx

from allokoli.core import outbound
from allokoli.engine.audio.surroundings import Surroundings, server_headers
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.speech.voice import SAMPLE_RATE, Voices

_FIRST_SOUND_S = 10.0
_BETWEEN_PIECES_S = 5.0
# A sentence is never longer than this, whatever a server says.
_LONGEST_S = 120
_PIECE_BYTES = SAMPLE_RATE // 10 * 2
_WAV_HEADER_BYTES = 44


class SpeakerFailed(Exception):
    """A server could not voice a sentence, or not whole."""


class Speaker(Protocol):
    """Voices sentences."""

    def say(self, text: str, language: str) -> AsyncIterator[bytes]:
        """Voice a sentence.

        Args:
            text: as written for people.
            language: two letters.

        Yields:
            16-bit mono samples at 16 kHz.

        Raises:
            SpeakerFailed: a server cannot; anything else is a fault of the engine's own voice.
        """
        ...


class LocalSpeaker:
    """The engine's own voices.

    Args:
        voices: shared by the process.
    """

    def __init__(self, voices: Voices) -> None:
        self._voices = voices

    def say(self, text: str, language: str) -> AsyncIterator[bytes]:
        """See `Speaker`."""
        return self._voices.say(text, language)


class ServerSpeaker:
    """A `custom-voice`: each sentence is posted, raw samples come back as they are made.

    Args:
        voice: Vapi's custom voice, with its `server`.
        around: the call's surroundings.
    """

    def __init__(self, voice: dict[str, Any], around: Surroundings) -> None:
        server = voice.get("server")
        self._server: dict[str, Any] = server if isinstance(server, dict) else {}
        self._voice = {name: one for name, one in voice.items() if name != "server"}
        self._around = around

    async def say(self, text: str, language: str) -> AsyncIterator[bytes]:  # noqa: ARG002 - see `Speaker`
        """See `Speaker`."""
        fields = {"text": text, "sampleRate": SAMPLE_RATE, "voice": self._voice}
        body = self._around.message("voice-request", fields)
        try:
            headers = await server_headers(self._server, self._around)
            async with (
                outbound.client(timeout_s=_FIRST_SOUND_S) as client,
                client.stream(
                    "POST", str(self._server.get("url")), json=body, headers=headers
                ) as response,
            ):
                _require_sound(response)
                async for piece in _samples(response):
                    yield piece
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, ServerFailed) as error:
            raise SpeakerFailed(type(error).__name__) from None


def speakers_for(
    voice: Any, voices: Voices, around: Surroundings
) -> tuple[list[Speaker], list[str]]:
    """Who voices an assistant, the next one when one fails, and what is not as it was asked.

    Args:
        voice: the assistant's, as Vapi writes it.
        voices: the engine's own.
        around: the call's surroundings.
    """
    voice = voice if isinstance(voice, dict) else {}
    plan = voice.get("fallbackPlan")
    others = plan.get("voices") if isinstance(plan, dict) else None
    speakers: list[Speaker] = []
    warnings: list[str] = []
    for one in [voice, *(others if isinstance(others, list) else [])]:
        provider = one.get("provider") if isinstance(one, dict) else None
        if provider == "custom-voice":
            speakers.append(ServerSpeaker(one, around))
            continue
        if provider not in (None, "vapi"):
            warnings.append(f"voice: {provider} is not available here, the engine's own speaks.")
        return [*speakers, LocalSpeaker(voices)], warnings
    return speakers, warnings


def _require_sound(response: httpx.Response) -> None:
    kind = response.headers.get("content-type", "").lower()
    if not response.is_success or kind.startswith(("text/", "application/json")):
        raise SpeakerFailed(f"status {response.status_code}, {kind[:40]}")


async def _samples(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body in whole samples, bounded in size and in time."""
    left, waiting = _LONGEST_S * SAMPLE_RATE * 2, b""
    wait_s, first = _FIRST_SOUND_S, True
    async with contextlib.aclosing(response.aiter_raw()) as pieces:  # type: ignore[type-var]
        while True:
            try:
                async with asyncio.timeout(wait_s):
                    waiting += await anext(pieces)
            except StopAsyncIteration:
                break
            wait_s = _BETWEEN_PIECES_S
            if first and len(waiting) < _WAV_HEADER_BYTES:
                continue
            if first and waiting.startswith(b"RIFF"):
                waiting = waiting[_WAV_HEADER_BYTES:]
            first = False
            whole = len(waiting) // 2 * 2
            for at in range(0, whole, _PIECE_BYTES):
                piece = waiting[at : min(at + _PIECE_BYTES, whole)]
                left -= len(piece)
                if left < 0:
                    raise SpeakerFailed("a sentence without end")
                yield piece
            waiting = waiting[whole:]
    if first:
        if len(waiting) < 2:  # noqa: PLR2004 - a sample
            raise SpeakerFailed("no sound")
        yield waiting[: len(waiting) // 2 * 2]
