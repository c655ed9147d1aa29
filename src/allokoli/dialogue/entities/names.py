"""People's names: introduced (`je m'appelle Claire Dubois`), bare, or spelled."""

import re
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold, title
from allokoli.dialogue.utterance import Span, Utterance

_MAX_WORDS = 4
_NEAR_CHARS = 24
_WORD = re.compile(r"[^\W\d_]+(?:['’.\-][^\W\d_]+)*|\d+|[^\w\s]")
_SPELLED = re.compile(r"(?<!\w)(?:[^\W\d_](?:\s*[-.,]\s*|\s+)){2,}[^\W\d_](?!\w)")


def find_name(
    utterance: Utterance, locale: str, *, asked: bool, weak: bool = False
) -> tuple[str, Span] | None:
    """A person's name, without civility title, and its span in `utterance.text`.

    Args:
        utterance: the sentence; spans already used are skipped.
        locale: its language.
        asked: whether the name was just asked, so that a bare name is an answer.
        weak: whether "c'est X" alone introduces a name (while correcting).
    """
    words = lexicon(locale).words
    introductions = list(words["name_before"]) + (list(words["name_weak"]) if asked or weak else [])
    for phrase in sorted(introductions, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(phrase)}\s*:?\s*", utterance.raw_folded):
            found = _take(utterance, match.end(), locale)
            if found:
                return found
    return _bare(utterance, locale) if asked else None


def _bare(utterance: Utterance, locale: str) -> tuple[str, Span] | None:
    for clause in utterance.rest():
        start = max(utterance.raw.find(clause), 0)
        found = _take(utterance, start, locale, skip_fillers=True)
        if found:
            return found
    return None


def _take(
    utterance: Utterance, start: int, locale: str, *, skip_fillers: bool = False
) -> tuple[str, Span] | None:
    words = lexicon(locale).words
    fillers = _single_words(locale)
    stops = frozenset(words["name_stops"]) | fillers
    titles, joined = frozenset(words["name_titles"]), frozenset(words["name_joined"])
    spelled = _SPELLED.match(utterance.raw, start)
    if spelled:
        return _letters(spelled), utterance.from_raw(spelled.span())
    taken: list[re.Match[str]] = []
    for match in _WORD.finditer(utterance.raw, start):
        word = fold(match.group()).rstrip(".")
        blocked = utterance.is_used(utterance.from_raw(match.span())) or any(
            item.start <= match.start() < item.end for item in utterance.replacements
        )
        skippable = word in titles or (skip_fillers and word in fillers) or word in ",."
        if not taken and not blocked and skippable:
            continue
        particle = word in joined and (bool(taken) or _opens_a_name(match, utterance.raw))
        stopped = word in stops or word.rpartition("'")[2] in stops
        if blocked or not word[:1].isalpha() or (stopped and not particle):
            break
        taken.append(match)
        if len(taken) == _MAX_WORDS:
            break
    while taken and fold(taken[-1].group()) in joined:
        taken.pop()
    if not taken or (len(taken) == 1 and len(taken[0].group()) == 1):
        return None
    names = [title(match.group()) for match in taken]
    span = taken[0].start(), taken[-1].end()
    after = _SPELLED.search(utterance.raw, span[1])
    if after and after.start() - span[1] < _NEAR_CHARS:
        letters = _letters(after)
        same = [index for index, name in enumerate(names) if fold(name)[0] == fold(letters)[0]]
        names[same[-1] if same else -1] = letters
        return " ".join(names), utterance.from_raw((span[0], after.end()))
    return title(utterance.raw[slice(*span)]), utterance.from_raw(span)


@lru_cache
def _single_words(locale: str) -> frozenset[str]:
    words = lexicon(locale).words
    return frozenset(word for key in ("hesitation", "hello") for word in words[key])


def _opens_a_name(match: re.Match[str], raw: str) -> bool:
    """`Le Gall`: a particle in capitals before another capital."""
    after = raw[match.end() :].lstrip()
    return match.group()[0].isupper() and after[:1].isupper()


def _letters(match: re.Match[str]) -> str:
    return re.sub(r"[^\w]", "", match.group()).capitalize()
