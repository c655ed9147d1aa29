"""The ear and the voices of an engine process, loaded once and shared by its calls."""

import time
from pathlib import Path

import structlog

from allokoli.engine.speech.recognizer import Recognizer
from allokoli.engine.speech.voice import Voices
from allokoli.engine.speech.weights import find_models

_log = structlog.get_logger(__name__)


class Speech:
    """Shared recognizer and shared voices.

    Attributes:
        recognizer: speech to text.
        voices: text to speech.
    """

    def __init__(self, recognizer: Recognizer, voices: Voices) -> None:
        self.recognizer = recognizer
        self.voices = voices

    @classmethod
    def load(cls, models_dir: Path, whisper_model: str, *, workers: int = 2) -> "Speech":
        """Load the models from this machine and warm them; takes about a second.

        Args:
            models_dir: folder that keeps the models.
            whisper_model: model-hub name of the recognizer.
            workers: utterances recognized at once.

        Raises:
            ModelsMissing: they were never brought here; the network is not touched.
        """
        started = time.monotonic()
        models = find_models(models_dir, whisper_model)
        speech = cls(Recognizer(models.whisper, workers=workers), Voices())
        speech.recognizer.hear_now(bytes(32_000), "fr")
        _log.info("speech_models_loaded", seconds=round(time.monotonic() - started, 2))
        return speech

    def close(self) -> None:
        """Let the threads go."""
        self.recognizer.close()
        self.voices.close()
