"""Voices and transcribers of other companies, where their owner stored a credential.

Their libraries are optional parts of Pipecat: what is not installed is not offered, and the
engine's own voice and ears do instead.
"""

import importlib
from dataclasses import dataclass, fields
from typing import Any

import structlog
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transcriptions.language import Language

from allokoli.engine.audio.surroundings import Surroundings

_log = structlog.get_logger(__name__)
_EXPECTED = frozenset({"keyterm", "keywords"})


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a provider.

    Attributes:
        module: Pipecat's, under `pipecat.services`.
        name: its class.
        failed: Vapi's `endedReason` when it breaks.
        voice: property of Vapi's voice that names the voice; None for a transcriber.
        extra: arguments of the class and the credential's properties they come from.
    """

    module: str
    name: str
    failed: str
    voice: str | None = None
    extra: tuple[tuple[str, str], ...] = ()


def _voice(module: str, name: str, reason: str, **extra: str) -> Service:
    failed = f"pipeline-error-{reason}-voice-failed"
    return Service(f"{module}.tts", name, failed, "voiceId", tuple(extra.items()))


def _ears(module: str, name: str, reason: str, **extra: str) -> Service:
    failed = f"pipeline-error-{reason}-transcriber-failed"
    return Service(f"{module}.stt", name, failed, None, tuple(extra.items()))


MULTI = "multi"
VOICES = {
    "11labs": _voice("elevenlabs", "ElevenLabsTTSService", "eleven-labs"),
    "azure": _voice("azure", "AzureTTSService", "azure", region="region"),
    "cartesia": _voice("cartesia", "CartesiaTTSService", "cartesia"),
    "deepgram": _voice("deepgram", "DeepgramTTSService", "deepgram"),
    "hume": _voice("hume", "HumeTTSService", "hume"),
    "inworld": _voice("inworld", "InworldTTSService", "inworld"),
    "neuphonic": _voice("neuphonic", "NeuphonicTTSService", "neuphonic"),
    "openai": _voice("openai", "OpenAITTSService", "openai"),
    "rime-ai": _voice("rime", "RimeTTSService", "rime-ai"),
    "smallest-ai": _voice("smallest", "SmallestTTSService", "smallest-ai"),
    "xai": _voice("xai", "XAITTSService", "xai"),
}
TRANSCRIBERS = {
    "11labs": _ears("elevenlabs", "ElevenLabsRealtimeSTTService", "eleven-labs"),
    "assembly-ai": _ears("assemblyai", "AssemblyAISTTService", "assembly-ai"),
    "azure": _ears("azure", "AzureSTTService", "azure-speech", region="region"),
    "cartesia": _ears("cartesia", "CartesiaSTTService", "cartesia"),
    "deepgram": _ears("deepgram", "DeepgramSTTService", "deepgram"),
    "gladia": _ears("gladia", "GladiaSTTService", "gladia"),
    "openai": _ears("openai", "OpenAISTTService", "openai"),
    "soniox": _ears("soniox", "SonioxSTTService", "soniox"),
    "speechmatics": _ears("speechmatics", "SpeechmaticsSTTService", "speechmatics"),
    "xai": _ears("xai", "XAISTTService", "xai"),
}


async def made(
    table: dict[str, Service], part: Any, language: str, around: Surroundings
) -> tuple[FrameProcessor, Service] | None:
    """The service an assistant's voice or transcriber names, ready for a pipeline.

    Args:
        table: `VOICES` or `TRANSCRIBERS`.
        part: the assistant's `voice` or `transcriber`, as Vapi writes it.
        language: two letters.
        around: keeps the credentials; told why the engine's own does instead.

    Returns:
        None where the engine's own is to do.
    """
    provider = part.get("provider") if isinstance(part, dict) else None
    service = table.get(provider) if isinstance(provider, str) else None
    if service is None:
        return None
    credential = await around.credential(str(provider))
    key = (credential or {}).get("apiKey")
    if not isinstance(key, str) or not key:
        around.warn(f"{provider}: no credential is stored, the engine's own speech is used.")
        return None
    try:
        return _built(service, part, credential or {}, key, language), service
    except Exception as error:  # noqa: BLE001 - a library of somebody else's, made from free settings
        _log.warning("speech_service_unavailable", name=service.name, error=type(error).__name__)
        around.warn(f"{provider}: its library is not usable here, the engine's own speech is used.")
        return None


def _built(
    service: Service, part: dict[str, Any], credential: dict[str, Any], key: str, language: str
) -> FrameProcessor:
    cls: Any = getattr(importlib.import_module(f"pipecat.services.{service.module}"), service.name)
    spoken = str(part.get("language") or language)
    # Several languages at once are asked for by a name of their own.
    settings: dict[str, Any] = {"language": spoken if spoken == MULTI else Language(spoken[:2])}
    if isinstance(model := part.get("model"), str):
        settings["model"] = model
    for name in _EXPECTED & {field.name for field in fields(cls.Settings)}:
        if isinstance(terms := part.get(name), list):
            settings[name] = [one for one in terms if isinstance(one, str)]
    if service.voice and isinstance(voice := part.get(service.voice), str):
        settings["voice"] = voice
    extra = {argument: credential[name] for argument, name in service.extra if name in credential}
    built: FrameProcessor = cls(api_key=key, settings=cls.Settings(**settings), **extra)
    return built
