"""Whether a sentence that a language model made may be said to a person on the telephone.

What is refused is data: `any/unspeakable.toml` for markup, `<language>/unspeakable.toml` for words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from allokoli.dialogue.languages import spoken_language
from allokoli.dialogue.lexicon import LANGUAGES, load
from allokoli.dialogue.text import fold, plain_spaces

MAX_SENTENCE_CHARS = 400
_FOREIGN_SHARE = 0.3
_MOST_ALIKE = 3
_RUN_WORDS = 3
_LONGEST_WORD = 60
_FEWEST_ECHOED = 4
_LONG_ECHO = 6
_WORD = re.compile(r"\w+")


def why_unspeakable(sentence: str, languages: Sequence[str]) -> str | None:
    """What is wrong with a sentence, for the log; None when it can be said.

    Args:
        sentence: as the model wrote it.
        languages: those of the conversation, of fr, en and he; any will do when empty.
    """
    text = sentence.strip()
    words = _WORD.findall(fold(text))
    if not words:
        return "no words"
    problems = {
        "a sentence without end": _is_endless(text, words),
        "markup": _is_markup(text),
        "a dialogue written out": _is_dialogue(text),
        "repetition": says_again(words),
        "another language": bool(languages) and not _in_languages(text, languages),
    }
    return next((problem for problem, found in problems.items() if found), None)


def says_again(words: Sequence[str]) -> bool:
    """Whether the same few words come again and again; numbers may."""
    runs = Counter(
        run
        for run in zip(*(words[start:] for start in range(_RUN_WORDS)), strict=False)
        if not all(word.isdigit() for word in run)
    )
    return max(runs.values(), default=0) >= _MOST_ALIKE


def is_echo(sentence: str, heard: str) -> bool:
    """Whether a sentence gives back, word for word, what the person has just said."""
    said, known = _WORD.findall(fold(sentence)), _WORD.findall(fold(heard))
    if said == known:
        return len(said) >= _FEWEST_ECHOED
    # A part of it too, when it is long; a short one repeats what was understood.
    runs = (known[start : start + len(said)] for start in range(len(known) - len(said) + 1))
    return len(said) >= _LONG_ECHO and said in runs


def claims_done(sentence: str) -> bool:
    """Whether a sentence states that something was booked, moved or cancelled."""
    if "?" in sentence:
        return False
    folded = plain_spaces(fold(sentence))
    return any(claim in folded for claim in _claims())


def _is_endless(text: str, words: Sequence[str]) -> bool:
    return len(text) > MAX_SENTENCE_CHARS or max(map(len, words)) > _LONGEST_WORD


def _is_markup(text: str) -> bool:
    data = load("allokoli.dialogue", "any", "unspeakable")
    if any(mark in text for mark in data["anywhere"]):
        return True
    return any(line.lstrip().startswith(tuple(data["beginnings"])) for line in text.splitlines())


def _is_dialogue(text: str) -> bool:
    folded = fold(text)
    return any(re.match(rf"\W*{re.escape(role)}\W*:", folded) for role in _roles())


def _in_languages(text: str, languages: Sequence[str]) -> bool:
    scripts = [_script(char) for char in text if char.isalpha()]
    allowed = {"LATIN"} | ({"HEBREW"} if "he" in languages else set())
    foreign = sum(script not in allowed for script in scripts)
    if foreign > _FOREIGN_SHARE * len(scripts):
        return False
    return spoken_language(text, LANGUAGES, languages[0]) in languages


def _script(char: str) -> str:
    return unicodedata.name(char, "?").split()[0]


@lru_cache(maxsize=1)
def _roles() -> tuple[str, ...]:
    return tuple({fold(role) for one in LANGUAGES for role in _words(one, "roles")})


@lru_cache(maxsize=1)
def _claims() -> tuple[str, ...]:
    return tuple({fold(claim) for one in LANGUAGES for claim in _words(one, "claims")})


def _words(locale: str, name: str) -> list[str]:
    words: list[str] = load("allokoli.dialogue", locale, "unspeakable")[name]
    return words
