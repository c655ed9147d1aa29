"""Phrases of the data files, matched against what was said.

A phrase is plain words. `*` at the end of a word stands for any ending, `...` for up to three
words in between, and `(a|b)` for either word. `~(a|b)` is any one word but these. `!a` or `!(a|b)`
first: not right after that word.
"""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from allokoli.dialogue.lexicon import LANGUAGES, load
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span

_MISHEARD = 0.5
_STEM_CHARS = 5
_MIN_PREFIXED_CHARS = 4
_MIN_CONTENT_CHARS = 3


@lru_cache(maxsize=32_768)  # three languages hold ten thousand
def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """Compile a phrase into a pattern over folded text."""
    parts: list[str] = []
    first, _, others = fold(phrase).partition(" ")
    unlike = ""
    if first.startswith("!"):
        unlike = "".join(rf"(?<!\b{re.escape(one)} )" for one in first.strip("!()").split("|"))
        phrase = others
    for word in fold(phrase).split():
        if word == "...":
            parts.append(r"(?:\W+\w+){0,3}?")
            continue
        if word.startswith("~"):
            others = "|".join(map(re.escape, word.strip("~()").split("|")))
            parts.append((r"[\W_]+" if parts else "") + rf"(?!(?:{others})(?!\w))\w+")
            continue
        body = re.escape(word).replace(r"\*", r"\w*").replace(r"\|", "|")
        body = body.replace(r"\(", "(?:").replace(r"\)", ")")
        parts.append(body if not parts else _between() + body)
    end = "" if phrase.endswith("'") else r"(?!\w)"
    return re.compile(unlike + r"(?<!\w)" + _prefixes(fold(phrase)) + "".join(parts) + end)


@lru_cache(maxsize=1)
def _between() -> str:
    """What may stand between two words: a courtesy, in a language that puts it anywhere."""
    tables = (load("allokoli.dialogue", locale, "words") for locale in LANGUAGES)
    courtesies = either(word for words in tables for word in words.get("courtesy_between", ()))
    return rf"[\W_]+(?:{courtesies}[\W_]+)?"


def _prefixes(phrase: str) -> str:
    """In Hebrew, `and`, `the`, `that`, `to`, … are written as letters before the word."""
    first, _, others = phrase.partition(" ")
    either = first.strip("()*").split("|")  # `(בא לי|רוצה) לקבוע`
    if not all(re.match(r"[\u05d0-\u05ea]", one) for one in either):
        return ""
    if min(map(len, either)) >= _MIN_PREFIXED_CHARS:
        return r"[והבלשמכ]{0,2}"
    return "ו?" if others else ""  # `ואין אלרגיות`; but `ולא` is no bare no


def as_phrase(written: str) -> str:
    """Somebody's own words as a phrase: their signs (`Léa (Lyon)`, `dehors :)`) mean nothing."""
    return " ".join(re.findall(r"[\w']+", written))


def find_phrase(phrases: Iterable[str], folded: str) -> Span | None:
    """The longest place where one of the phrases was said."""
    best: Span | None = None
    for phrase in phrases:
        for match in phrase_pattern(phrase).finditer(folded):
            if best is None or match.end() - match.start() > best[1] - best[0]:
                best = match.span()
    return best


def either(words: Iterable[str]) -> str:
    """A pattern for any of some plain words in folded text; that of none matches nothing."""
    longest = sorted(map(fold, words), key=lambda word: (-len(word), word))
    return "(?:" + ("|".join(map(re.escape, longest)) or "(?!)") + ")"


def alike(one: str, other: str) -> float:
    """How much two words sound alike, by their letters in order, from 0 to 1."""
    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio()


def misheard(one: str, other: str) -> bool:
    """Whether one word may be the other, misheard on a bad line: half of their letters agree."""
    return alike(one, other) >= _MISHEARD


def similarity(question: str, folded: str, ignored: frozenset[str]) -> float:
    """How much of a written question was said, from 0 to 1, by its content words."""
    wanted = content_stems(fold(question), ignored)
    said = content_stems(folded, ignored)
    if not wanted or not said:
        return 0.0
    common = len(wanted & said)
    return 0.6 * common / len(wanted) + 0.4 * common / len(said)


def content_stems(folded: str, ignored: frozenset[str]) -> frozenset[str]:
    return frozenset(
        word[:_STEM_CHARS]
        for word in re.findall(r"\w+", folded)
        if len(word) >= _MIN_CONTENT_CHARS and word not in ignored
    )
