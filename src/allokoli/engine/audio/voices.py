"""Who speaks: the engine's own voices, a provider's, or the owner's server."""

from typing import Any

from pipecat.processors.frame_processor import FrameProcessor

from allokoli.engine.audio import providers
from allokoli.engine.audio.call_voice import CallVoice
from allokoli.engine.audio.meters import VoiceMeter
from allokoli.engine.audio.speakers import Speaker, speakers_for
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.surroundings import Surroundings
from allokoli.engine.conversation import ended_reasons as ended
from allokoli.engine.speech.voice import Voices


async def voicing(
    assistant: dict[str, Any], language: str, voices: Voices, spoken: Spoken, around: Surroundings
) -> tuple[list[FrameProcessor], dict[object, str]]:
    """The processors that voice an assistant, and the `endedReason` when one of them breaks.

    Args:
        assistant: as Vapi writes it.
        language: two letters.
        voices: the engine's own.
        spoken: told each sentence and its length.
        around: the call's surroundings.
    """
    made = await providers.made(providers.VOICES, assistant.get("voice"), language, around)
    if made is not None:
        processor, service = made
        return [processor, VoiceMeter(spoken)], {processor: service.failed}

    def casting(who: dict[str, Any]) -> list[Speaker]:
        speakers, warnings = speakers_for(who.get("voice"), voices, around)
        for warning in warnings:
            around.warn(warning)
        return speakers

    local = CallVoice(assistant, casting, language, spoken)
    return [local], {local: ended.VOICE_BROKE}
