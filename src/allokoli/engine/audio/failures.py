"""Which `endedReason` a failure inside the pipeline deserves."""

from collections.abc import Mapping

import structlog
from pipecat.frames.frames import ErrorFrame

from allokoli.engine.audio.speakers import SpeakerFailed
from allokoli.engine.conversation import ended_reasons as ended

_log = structlog.get_logger(__name__)


def reason_of(frame: ErrorFrame, reasons: Mapping[object, str]) -> str | None:
    """Why the call must end, None for a mere complaint (no exception, the processor still works).

    Args:
        frame: the error as Pipecat reports it.
        reasons: what the breaking of each processor is called.
    """
    if frame.exception is None and (frame.processor is None or frame.processor.is_usable):
        return None
    _log.error(
        "voice_pipeline_failed",
        processor=type(frame.processor).__name__,
        error=type(frame.exception).__name__,
    )
    if isinstance(frame.exception, SpeakerFailed):
        return ended.CUSTOM_VOICE_BROKE
    if frame.processor in reasons:
        return reasons[frame.processor]
    if isinstance(frame.exception, TimeoutError):
        return ended.CALLER_HUNG_UP  # the caller's side stopped reading audio
    return ended.PIPELINE_BROKE
