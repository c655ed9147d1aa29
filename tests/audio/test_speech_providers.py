"""Voices and transcribers of other companies: made where they can be, stood in for where not."""

import sys

import pytest
from pipecat.frames.frames import ErrorFrame

from allokoli.engine.audio import providers
from allokoli.engine.audio.call_voice import CallVoice
from allokoli.engine.audio.ears import Ears
from allokoli.engine.audio.failures import reason_of
from allokoli.engine.audio.meters import VoiceMeter, WordsMeter
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.surroundings import Nowhere
from allokoli.engine.audio.tongues import Tongues
from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.audio.voices import voicing
from allokoli.engine.conversation import ended_reasons as ended

KEY = "a key that is nowhere else"


class Around(Nowhere):
    """An organization that stored some credentials."""

    def __init__(self, *providers_):
        self.warnings = []
        self._stored = providers_

    async def credential(self, provider):
        return {"provider": provider, "apiKey": KEY} if provider in self._stored else None

    def warn(self, sentence):
        self.warnings.append(sentence)


class Voices:
    def speaks(self, _language):
        return True


def tongues() -> Tongues:
    return Tongues("fr", str)


def ears() -> tuple[Ears, LocalTranscriber, list, list]:
    heard, failed = [], []
    local = LocalTranscriber(
        None, lambda: ("fr", ("fr",)), context=lambda: "", on_heard=heard.append
    )
    return Ears(local, heard.append, failed.append), local, heard, failed


@pytest.mark.parametrize("provider", ["11labs", "cartesia", "deepgram", "openai", "rime-ai"])
async def test_a_voice_whose_credential_is_stored_speaks_in_a_call(provider):
    around = Around(provider)
    voice = {"provider": provider, "voiceId": "alloy", "model": "m-1"}
    made, reasons = await voicing(
        {"voice": voice}, tongues(), str, voices=Voices(), spoken=Spoken(), around=around
    )
    assert [type(one) for one in made] == [providers_class(providers.VOICES[provider]), VoiceMeter]
    assert reasons[made[0]] == providers.VOICES[provider].failed
    assert around.warnings == []
    frame = ErrorFrame("broken", exception=RuntimeError())
    frame.processor = made[0]
    assert reason_of(frame, reasons).endswith("-voice-failed")


@pytest.mark.parametrize("provider", ["11labs", "assembly-ai", "cartesia", "gladia", "openai"])
async def test_a_transcriber_whose_credential_is_stored_listens_and_the_engine_s_own_does_not(
    provider,
):
    listening, local, _, _ = ears()
    await listening.follow({"provider": provider, "language": "fr"}, "fr", Around(provider))
    first, meter, last = listening.processors
    assert type(first) is providers_class(providers.TRANSCRIBERS[provider])
    assert isinstance(meter, WordsMeter)
    assert last is local
    assert not local.on


async def test_a_transcriber_of_many_languages_is_asked_for_all_of_them():
    around = Around("gladia")
    part = {"provider": "gladia", "language": "multi"}
    made = await providers.made(providers.TRANSCRIBERS, part, "fr", around)
    assert made is not None
    assert around.warnings == []


@pytest.mark.parametrize("stored", [(), ("azure",)])
async def test_without_a_credential_or_a_library_the_engine_speaks_and_says_so(stored):
    around = Around(*stored)
    assistant = {"voice": {"provider": "azure", "voiceId": "fr-FR-DeniseNeural"}}
    made, reasons = await voicing(
        assistant, tongues(), str, voices=Voices(), spoken=Spoken(), around=around
    )
    assert [type(one) for one in made] == [CallVoice]
    assert reasons[made[0]] == ended.VOICE_BROKE
    assert len(around.warnings) == 2
    assert all("engine's own" in one for one in around.warnings)
    assert KEY not in str(around.warnings)


async def test_a_library_that_is_not_there_leaves_the_engine_listening(monkeypatch):
    monkeypatch.setitem(sys.modules, "pipecat.services.openai.stt", None)
    around = Around("openai")
    listening, local, _, _ = ears()
    await listening.follow({"provider": "openai"}, "fr", around)
    assert listening.processors == [local]
    assert local.on
    assert len(around.warnings) == 1


async def test_a_transcriber_that_breaks_ends_the_call_or_gives_way_as_its_plan_says():
    for plan, over in (({}, True), ({"transcribers": [{"provider": "deepgram"}]}, False)):
        listening, local, _, failed = ears()
        asked = {"provider": "openai", "fallbackPlan": plan}
        await listening.follow(asked, "fr", Around("openai"))
        listening.failed("pipeline-error-openai-transcriber-failed")
        assert failed == (["pipeline-error-openai-transcriber-failed"] if over else [])
        assert local.on


@pytest.mark.parametrize(
    "part", [None, [], "openai", {}, {"provider": ["openai"]}, {"provider": "x"}]
)
async def test_what_names_no_provider_is_the_engine_s_own(part):
    assert await providers.made(providers.VOICES, part, "fr", Around("openai")) is None


def providers_class(service):
    import importlib

    return getattr(importlib.import_module(f"pipecat.services.{service.module}"), service.name)
