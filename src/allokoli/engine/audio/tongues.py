"""The languages of a call: those it may be held in, and the one spoken now."""

from collections.abc import Callable
from typing import Any

from allokoli.dialogue.languages import spoken_language
from allokoli.engine.conversation.script import assistant_language, blueprint_of
from allokoli.engine.speech.voice import Voices

_MULTI = "multi"
_NAMES = {"fr": "French", "en": "English", "he": "Hebrew"}


class Tongues:
    """Follows a caller from one of an assistant's languages into another.

    What the assistant answers decides: its words are voiced in their own language, and the caller
    is expected to answer in it.

    Args:
        language: two letters, spoken first.
        warn: told of a language that nobody here can speak.

    Attributes:
        now: two letters, the language spoken now.
        among: the languages the call may be held in; one when it is held in one.
    """

    def __init__(self, language: str, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._speaks: Callable[[str], bool] = Voices.speaks
        self.now = language
        self.among: tuple[str, ...] = (language,)

    def begin(self, assistant: dict[str, Any], *, local: bool) -> None:
        """Take what the first assistant may speak.

        Args:
            assistant: as Vapi writes it.
            local: whether the engine's own voices speak; others are trusted with any language.
        """
        if not local:
            self._speaks = lambda _language: True
        self.among = self._among(assistant)

    def take(self, assistant: dict[str, Any]) -> None:
        """Another assistant speaks from here on, in a language there is a voice for."""
        language = assistant_language(assistant)
        self.now = language if self._speaks(language) else self.now
        self.among = self._among(assistant)

    def of(self, sentence: str, reply: str) -> str:
        """The language to voice a sentence in; it is the one spoken from here on.

        Args:
            sentence: what is voiced next.
            reply: the whole of what is being said, as far as it is known.
        """
        whole = spoken_language(reply, self.among, self.now)
        self.now = spoken_language(sentence, self.among, whole)
        return self.now

    def _among(self, assistant: dict[str, Any]) -> tuple[str, ...]:
        asked = [one for one in _asked(assistant) if one != self.now]
        for one in asked:
            if one in _NAMES and not self._speaks(one):
                self._warn(
                    f"No local voice speaks {_NAMES[one]}: a caller who does is answered in "
                    f"{_NAMES.get(self.now, self.now)}."
                )
        return (self.now, *(one for one in asked if self._speaks(one)))


def _asked(assistant: dict[str, Any]) -> list[str]:
    """The languages an assistant is to follow its callers into."""
    languages = blueprint_of(assistant).get("languages")
    if isinstance(languages, list) and len(languages) > 1:
        return list(dict.fromkeys(str(one)[:2].lower() for one in languages))
    transcriber = assistant.get("transcriber")
    if isinstance(transcriber, dict) and transcriber.get("language") == _MULTI:
        return [one for one in _NAMES if Voices.speaks(one)]
    return []
