"""Quantities: party size, nights, any number asked."""

import re
from collections.abc import Sequence
from functools import lru_cache

from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_BARE = re.compile(r"(?<![\w:/+])(\d{1,6})(?![\w:/])(?!(?<=\b1)\s+[a-z])")


def find_count(
    utterance: Utterance, patterns: Sequence[str], *, asked: bool, minimum: int, maximum: int
) -> tuple[int, Span] | None:
    """A quantity said with its unit, or a lone number when it was asked.

    Args:
        utterance: the sentence; spans already used are skipped.
        patterns: wordings with `{value}` where the number stands; two of them in one pattern
            are added (`{value} adultes et {value} enfants`).
        asked: whether a bare number is an answer.
        minimum, maximum: bounds, both included.
    """
    folded = utterance.mask()
    best: tuple[int, Span] | None = None
    for pattern in patterns:
        for match in _compiled(pattern).finditer(folded):
            value = sum(int(group) for group in match.groups())
            longer = best is None or match.end() - match.start() > best[1][1] - best[1][0]
            if minimum <= value <= maximum and longer:
                best = value, match.span()
    if best or not asked:
        return best
    for match in _BARE.finditer(folded):
        if minimum <= int(match.group(1)) <= maximum:
            return int(match.group(1)), match.span()
    return None


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{value\}", fold(pattern))
    body = r"(\d{1,4})".join(re.escape(part).replace(r"\ ", r"\s+") for part in parts)
    return re.compile(rf"(?<!\w){body}(?!\w)")
