"""Who speaks: the engine's own voices, a provider's, or the owner's server."""

from collections.abc import Callable
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor

from allokoli.engine.audio import providers
from allokoli.engine.audio.call_voice import CallVoice
from allokoli.engine.audio.meters import VoiceMeter
from allokoli.engine.audio.speakers import Speaker, speakers_for
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.surroundings import Surroundings
from allokoli.engine.audio.tongues import Tongues
from allokoli.engine.conversation import ended_reasons as ended
from allokoli.engine.speech.voice import Voices


async def voicing(
    assistant: dict[str, Any],
    tongues: Tongues,
    reply: Callable[[], str],
    *,
    voices: Voices,
    spoken: Spoken,
    around: Surroundings,
) -> tuple[list[FrameProcessor], dict[object, str]]:
    """The processors that voice an assistant, and the `endedReason` when one of them breaks.

    Args:
        assistant: as Vapi writes it.
        tongues: the languages of the call.
        reply: gives the whole of what is being said.
        voices: the engine's own.
        spoken: told each sentence and its length.
        around: the call's surroundings.
    """
    made = await providers.made(providers.VOICES, assistant.get("voice"), tongues.now, around)
    tongues.begin(assistant, local=made is None)
    if made is not None:
        processor, service = made
        return [processor, VoiceMeter(spoken)], {processor: service.failed}

    def casting(who: dict[str, Any]) -> list[Speaker]:
        speakers, warnings = speakers_for(who.get("voice"), voices, around)
        for warning in warnings:
            around.warn(warning)
        return speakers

    local = CallVoice(assistant, casting, tongues, reply, spoken)
    return [local], {local: ended.VOICE_BROKE}
