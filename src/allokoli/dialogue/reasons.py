"""What a wish is about, when it says so in the same breath (`can I get a cut on Saturday?`)."""

import re
from collections.abc import Sequence

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MIN_CHARS = 3
_MIN_WORDS = 2
_MAX_CHARS = 300


def reason_left(parts: Sequence[str], locale: str, *, least: int = _MIN_WORDS) -> str:
    """What is left to say why someone calls, once days, hours and names are read.

    Args:
        parts: what no answer was read from, piece by piece.
        locale: the language spoken; one without a list `wish_plain` gives no reason.
        least: how many telling words there must be.

    Returns:
        The pieces that say something, each from its first telling word on; empty when they say
        too little.
    """
    words = lexicon(locale).words
    plain = frozenset(words.get("wish_plain", ()))
    plain = plain and plain.union(words["stop"], words["hesitation"], words["hello"])
    if not plain:
        return ""
    told = [(part, telling) for part in parts if (telling := _telling(part, plain))]
    if sum(len(telling) for _, telling in told) < least:
        return ""
    return ", ".join(part[_first(part, plain) :] for part, _ in told)[:_MAX_CHARS]


def _first(part: str, plain: frozenset[str]) -> int:
    """Where a piece begins to say something: at its first word that is not plain."""
    words = (match for match in _WORD.finditer(part) if fold(match.group()) not in plain)
    return next(match.start() for match in words)


def _telling(part: str, plain: frozenset[str]) -> list[re.Match[str]]:
    """The words that say something: neither plain words nor names."""
    return [
        match
        for match in _WORD.finditer(part)
        if len(match.group()) >= _MIN_CHARS
        and fold(match.group()) not in plain
        and not match.group()[0].isdigit()
        and (match.group()[0].islower() or match.group().isupper())
    ]
