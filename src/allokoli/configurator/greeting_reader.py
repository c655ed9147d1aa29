"""The first sentence callers hear, word for word, less what the owner says around it."""

import re
from functools import lru_cache

from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.entities.answers import find_social
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold

_AROUND = " ,;:…-–—"


def without_asides(text: str, locale: str) -> str:
    """A greeting without hesitations before it and remarks after it.

    Args:
        text: what was said; what is left is never empty.
        locale: its language.
    """
    text, before = text.strip(), ""
    while text != before:
        before = text
        lead = _leads(locale).match(fold(text))
        rest = text[lead.end() :].lstrip(_AROUND + ".!") if lead else ""
        if rest:
            text = rest
        tail = _tails(locale).search(fold(text))
        if tail and text[: tail.start()].strip(_AROUND):
            text = text[: tail.start()].rstrip(_AROUND)
    return text


def asks_what_it_is(raw: str, locale: str) -> bool:
    """Whether the owner asks what a greeting is, rather than giving one."""
    folded = fold(raw)
    span = find_phrase(owner_data(locale)["greetings"]["questions"], folded)
    return span is not None and span[0] == 0 and find_social(folded, locale) != "hello"


@lru_cache
def _leads(locale: str) -> re.Pattern[str]:
    words = _patterns(owner_data(locale)["greetings"]["leads"])
    firm = _patterns(owner_data(locale)["greetings"]["stops"])
    return re.compile(rf"(?:{words})|(?:{firm})\s*[,.…!:]")


@lru_cache
def _tails(locale: str) -> re.Pattern[str]:
    greetings = owner_data(locale)["greetings"]
    loose, firm = _patterns(greetings["tails"]), _patterns(greetings["remarks"])
    more = _patterns(greetings["more"])
    return re.compile(
        rf"[\s,;:…-]+(?:{loose})[\s.!…]*$|[,;:…-]\s*(?:{firm})[\s.!…]*$|[.!?…,]\s+(?:{more}).*$"
    )


def _patterns(phrases: list[str]) -> str:
    longest = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(phrase_pattern(phrase).pattern for phrase in longest)
