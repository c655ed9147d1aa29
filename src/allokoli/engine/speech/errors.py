"""What can go wrong with local speech, each told in one sentence."""

from allokoli.core.errors import BadSetting, Unavailable


class ModelsMissing(BadSetting):
    """The local speech models are not on this machine yet."""

    code = "models_missing"


class ModelsRefused(BadSetting):
    """A speech model is on this machine but is not the one expected."""

    code = "models_refused"


class VoiceUnavailable(Unavailable):
    """No local voice speaks the language asked for."""

    code = "voice_unavailable"
