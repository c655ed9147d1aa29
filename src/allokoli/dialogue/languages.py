"""Which of several languages a sentence is in."""

import re
from collections.abc import Sequence
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold

_HEBREW = re.compile(r"[\u0590-\u05ff]")
_LATIN = re.compile(r"[a-z]")
_LISTS = ("stop", "yes", "no", "hello", "question", "goodbye", "name_before")
_CLEARLY = 2


def spoken_language(text: str, among: Sequence[str], current: str) -> str:
    """The language of a sentence; the current one unless another is clearly spoken.

    Args:
        text: what was said.
        among: the languages to choose from.
        current: the language of the conversation so far.
    """
    folded = fold(text)
    if len(among) < 2:  # noqa: PLR2004
        return current
    if len(_HEBREW.findall(folded)) > len(_LATIN.findall(folded)):
        return "he" if "he" in among else current
    words = re.findall(r"[a-z']+", folded)
    scores = {
        locale: sum(word in _usual_words(locale) for word in words)
        for locale in among
        if locale != "he"
    }
    best = max(scores, key=lambda locale: scores[locale], default=current)
    if scores.get(best, 0) >= max(_CLEARLY, scores.get(current, 0) + _CLEARLY):
        return best
    return current


@lru_cache
def _usual_words(locale: str) -> frozenset[str]:
    """The words that a language's lexicon is made of, less those other languages share."""
    return frozenset(_words(locale) - {word for other in ("fr", "en") if other != locale
                                       for word in _words(other)})  # fmt: skip


@lru_cache
def _words(locale: str) -> frozenset[str]:
    lists = lexicon(locale).words
    return frozenset(
        word for name in _LISTS for phrase in lists[name] for word in re.findall(r"[a-z']+", phrase)
    )
