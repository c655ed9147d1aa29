"""Choosing from a table of the data files: by its phrases, nearly its phrases, or its examples."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from allokoli.dialogue.matching import alike, find_phrase, phrase_pattern
from allokoli.dialogue.meaning import LIKELY, nearest
from allokoli.dialogue.text import fold

_BETWEEN_WORDS = 3
_MIN_LETTERS = 7
_ALIKE = 0.84
_MOST_WORDS = 40
_PREFIXED = re.compile(r"(?<!\w)(?:ו?[הבלמשכ]|ו)(\w{3,})")
"""Hebrew writes `the`, `for`, `in`, `and`… at the head of the word."""


def said(table: Mapping[str, Any], folded: str) -> str | None:
    """The entry said most often, and of those the one with the longest phrase."""
    found = _most_said(table, folded)
    return found or (_most_said(table, bare(folded)) if bare(folded) != folded else None)


def said_instead(
    table: Mapping[str, Any], known: str, folded: str, refusing: Sequence[str]
) -> str | None:
    """The entry said in place of the one known, which is turned down (`not a pub, a hotel`)."""
    old = find_phrase(table[known]["phrases"], folded)
    no = find_phrase(refusing, folded[: old[0]]) if old else None
    if old is None or no is None or len(folded[no[1] : old[0]].split()) > _BETWEEN_WORDS:
        return None
    others = {key: one for key, one in table.items() if key != known}
    return said(others, folded[old[1] :]) or said(others, folded[: no[0]])


def cut_before(text: str, phrases: Iterable[str]) -> str:
    """A text up to the first of some phrases; what opens it cuts nothing."""
    folded = fold(text)
    found = (match for phrase in phrases for match in phrase_pattern(phrase).finditer(folded))
    return text[: min((match.start() for match in found if match.start()), default=len(text))]


def bare(folded: str) -> str:
    """The sentence with its Hebrew words stripped of what is written onto them."""
    return _PREFIXED.sub(r"\1", folded)


def _most_said(table: Mapping[str, Any], folded: str) -> str | None:
    best: tuple[int, int, str] | None = None
    for key, entry in table.items():
        spans = {
            match.span()
            for phrase in entry["phrases"]
            for match in phrase_pattern(phrase).finditer(folded)
        }
        if not spans:
            continue
        apart = len({start for start, _ in spans})
        rank = apart, max(end - start for start, end in spans), key
        if best is None or rank[:2] > best[:2]:
            best = rank
    return best[2] if best else None


def nearly_said(table: Mapping[str, Any], folded: str) -> str | None:
    """The entry a misspelled word stands for (`restorant`)."""
    words = [word for word in re.findall(r"\w+", folded) if len(word) >= _MIN_LETTERS]
    best: tuple[float, str] | None = None
    for key, entry in table.items():
        for phrase in entry["phrases"]:
            wanted = fold(phrase).rstrip("*")
            if len(wanted) < _MIN_LETTERS or " " in wanted:
                continue
            for word in words[:_MOST_WORDS]:
                if abs(len(word) - len(wanted)) > 2:  # noqa: PLR2004
                    continue
                near = alike(word, wanted)
                if near >= _ALIKE and (best is None or near > best[0]):
                    best = near, key
    return best[1] if best else None


def by_meaning(table: Mapping[str, Any], raw: str, *, least: float = LIKELY) -> str | None:
    """The entry whose example sentences mean what was said.

    Args:
        table: entries with their examples.
        raw: what was said.
        least: score below which nothing is near, from 0 to 1.
    """
    examples = {key: entry.get("examples", ()) for key, entry in table.items()}
    near = nearest(raw, examples, least=least)
    return near.key if near else None
