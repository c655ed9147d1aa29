"""Which `endedReason` a failure inside the pipeline deserves."""

import structlog
from pipecat.frames.frames import ErrorFrame

from allokoli.engine.audio import ended_reasons as ended
from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.audio.voice import LocalVoice

_log = structlog.get_logger(__name__)


def reason_of(frame: ErrorFrame) -> str | None:
    """Why the call must end, None for a mere complaint (no exception, the processor still works).

    Args:
        frame: the error as Pipecat reports it.
    """
    if frame.exception is None and (frame.processor is None or frame.processor.is_usable):
        return None
    _log.error(
        "voice pipeline failed",
        processor=type(frame.processor).__name__,
        error=type(frame.exception).__name__,
    )
    match frame.processor:
        case LocalTranscriber():
            return ended.TRANSCRIBER_BROKE
        case LocalVoice():
            return ended.VOICE_BROKE
        case _ if isinstance(frame.exception, TimeoutError):
            return ended.CALLER_HUNG_UP  # the caller's side stopped reading audio
        case _:
            return ended.PIPELINE_BROKE
