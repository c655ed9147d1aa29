"""Local speech: recognizer and voices, shared by the calls of an engine process."""

import allokoli.engine.quiet  # noqa: F401 - sets the environment before the libraries read it
from allokoli.engine.speech.errors import ModelsMissing, ModelsRefused, VoiceUnavailable
from allokoli.engine.speech.speech import Speech
from allokoli.engine.speech.weights import Models, ensure_models, find_models

__all__ = [
    "Models",
    "ModelsMissing",
    "ModelsRefused",
    "Speech",
    "VoiceUnavailable",
    "ensure_models",
    "find_models",
]
