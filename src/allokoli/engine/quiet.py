"""Keep the audio libraries from phoning home or logging what people say.

Import this before anything that imports onnxruntime, huggingface_hub or pipecat: some read their
environment once, at import.

Pipecat and aiortc log whole frames, so a caller's words could reach a log file. Their records are
dropped, save where an error came from and its kind.
"""

import logging
import os
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from loguru import Message

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")

_log = structlog.get_logger(__name__)


def hush() -> None:
    """Replace the libraries' own logging by errors without content. Harmless when repeated."""
    from loguru import logger

    logger.remove()
    logger.add(_report_without_content, level="ERROR", backtrace=False, diagnose=False)
    for name in ("aiortc", "aioice", "faster_whisper", "httpx", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _report_without_content(message: "Message") -> None:
    record = message.record
    error = record["exception"]
    _log.warning(
        "audio_library_complained",
        where=f"{record['name']}:{record['function']}",
        level=record["level"].name,
        error=error.type.__name__ if error and error.type else None,
    )
