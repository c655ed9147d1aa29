"""People's names: introduced (`je m'appelle Claire Dubois`), bare, or spelled."""

import re

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold, title
from allokoli.dialogue.utterance import Span, Utterance

_MAX_WORDS = 4
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
        start = utterance.raw.find(clause)
        found = _take(utterance, max(start, 0), locale, skip_fillers=True)
        if found:
            return found
    return None


def _take(
    utterance: Utterance, start: int, locale: str, *, skip_fillers: bool = False
) -> tuple[str, Span] | None:
    words = lexicon(locale).words
    stops = frozenset(words["name_stops"]) | frozenset(words["hesitation"])
    skipped = stops | frozenset(words["hello"])
    titles = frozenset(words["name_titles"])
    joined = frozenset(words["name_joined"])
    taken: list[re.Match[str]] = []
    spelled = _SPELLED.match(utterance.raw, start)
    if spelled:
        return _spelled(spelled, utterance)
    for match in _WORD.finditer(utterance.raw, start):
        word = fold(match.group()).rstrip(".")
        if not taken and word in titles:
            continue
        blocked = utterance.is_used(utterance.from_raw(match.span()))
        if not taken and skip_fillers and not blocked and word in skipped and word not in joined:
            continue
        is_letters = word[:1].isalpha()
        if blocked or not is_letters or (word in stops and word not in joined):
            break
        if word in joined and not taken and word in stops:
            break
        taken.append(match)
        if len(taken) == _MAX_WORDS:
            break
    while taken and fold(taken[-1].group()) in joined:
        taken.pop()
    if not taken or (len(taken) == 1 and len(taken[0].group()) == 1):
        return None
    after = _SPELLED.search(utterance.raw, taken[-1].end())
    if after and after.start() - taken[-1].end() < 24:  # noqa: PLR2004  ("Martin, M A R T I N")
        return _spelled(after, utterance, prefix=[m.group() for m in taken[:-1]])
    span = taken[0].start(), taken[-1].end()
    return title(utterance.raw[slice(*span)]), utterance.from_raw(span)


def _spelled(
    match: re.Match[str], utterance: Utterance, prefix: list[str] | None = None
) -> tuple[str, Span]:
    letters = re.sub(r"[^\w]", "", match.group()).capitalize()
    name = " ".join([*(title(word) for word in prefix or []), letters])
    return name, utterance.from_raw(match.span())
