"""Postal addresses as they are said (`12 bis rue de la République 69002 Lyon`)."""

import re
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.utterance import Span, Utterance

_MAX_CHARS = 120
_POSTCODES = {
    "FR": r"(?:0[1-9]|[1-8]\d|9[0-8])\s?\d{3}",
    "BE": r"[1-9]\d{3}",
    "CH": r"[1-9]\d{3}",
    "US": r"\d{5}(?:-\d{4})?",
    "IL": r"\d{7}|\d{5}",
    "GB": r"[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}",
}
"""The shapes published by the Universal Postal Union for these countries."""


def find_address(utterance: Utterance, locale: str, country: str) -> tuple[str, Span] | None:
    """The first street address said, with the postcode and the town that follow it.

    Args:
        utterance: the sentence; spans already used are skipped.
        locale: its language.
        country: ISO 3166 code of the country whose postcodes are read.
    """
    match = _street(locale).search(utterance.mask())
    if match is None:
        return None
    start, end = match.span()
    after = _POSTCODES.get(country)
    town = (
        re.compile(rf"[\s,]*(?:à\s|a\s|in\s)?(?:{after})[\s,]+[^\W\d_][^\d,.;:!?\0]*")
        if after
        else None
    )
    more = town.match(utterance.mask(), end) if town else None
    end = more.end() if more else end
    text = utterance.text[start : min(end, start + _MAX_CHARS)]
    return text.strip(" ,.;"), (start, end)


@lru_cache
def _street(locale: str) -> re.Pattern[str]:
    """A number and a kind of street: before its name, or after it as in English."""
    words = lexicon(locale).words
    kinds = "|".join(re.escape(word) for word in sorted(words["streets"], key=len, reverse=True))
    name = r"[^\d,.;:!?\0]{2,60}?"
    number = r"(?<![\w/:])\d{1,4}"
    rest = r"(?=\s*(?:\d|[,.;:!?\0]|$))"
    if words["street_order"] == ("after",):
        return re.compile(rf"{number}[a-z]?,?\s+{name}\s(?:{kinds})(?!\w)")
    if words["street_order"] == ("number_last",):
        return re.compile(rf"(?<!\w)(?:{kinds})\s+{name}\s+\d{{1,4}}(?!\d)")
    more = r"(?:\s*(?:bis|ter|quater|[a-d]))?"
    return re.compile(rf"{number}{more},?\s+(?:{kinds})(?!\w){name}{rest}")
