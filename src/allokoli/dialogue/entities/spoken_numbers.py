"""Number words in running speech (`soixante-dix-huit`, `thirty four`)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon

_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[^\w\s]|_")
_TEN = 10
_BY_LIBRARY = frozenset({"fr", "en"})


@dataclass(frozen=True, slots=True)
class Replacement:
    """Where a number was said, and its digits."""

    start: int
    end: int
    digits: str


class _Word:
    """A word as `text_to_num` reads it."""

    def __init__(self, word: str) -> None:
        self._word = word

    def text(self) -> str:
        return self._word

    @staticmethod
    def nt_separated(_previous: "_Word") -> bool:
        return False

    @staticmethod
    def not_a_number_part() -> bool:
        return False


@lru_cache(maxsize=512)
def find_spoken_numbers(text: str, locale: str) -> list[Replacement]:
    """The numbers said in words, in order.

    Args:
        text: a cleaned sentence.
        locale: `fr`, `en` or `he`.
    """
    tokens = list(_TOKEN.finditer(text))
    if locale in _BY_LIBRARY:
        return _by_library(tokens, locale)
    return _by_lexicon(tokens, locale)


def _by_library(tokens: list[re.Match[str]], locale: str) -> list[Replacement]:
    from text_to_num import find_numbers

    words = [_Word(token.group().lower()) for token in tokens]
    found = []
    for item in find_numbers(words, locale, 0):
        around = [token.group() for token in tokens[max(item.start - 1, 0) : item.end + 1]]
        if _is_letter(around, tokens[item.start].group()):
            continue
        first, last = tokens[item.start], tokens[item.end - 1]
        said = [token.group() for token in tokens[item.start : item.end]]
        if all(part.isdigit() for part in said):
            continue
        if not re.fullmatch(r"\d+\D{0,3}", item.text) or _is_elided(last):
            continue
        found.append(Replacement(first.start(), last.end(), item.text))
    return found


def _is_letter(around: list[str], said: str) -> bool:
    """The `O` of a name being spelled (`J O H N`) is no zero."""
    return said.lower() == "o" and any(
        len(word) == 1 and word.isalpha() and word.lower() != "o" for word in around
    )


def _is_elided(token: re.Match[str]) -> bool:
    """The `o` of `seven o'clock` and `O'Brien` is no zero."""
    return token.group().lower() == "o" and token.string[token.end() : token.end() + 1] in "'’"


def _by_lexicon(tokens: list[re.Match[str]], locale: str) -> list[Replacement]:
    """Units, teens and tens from the language's list (`חמש עשרה`, `עשרים ושמונה`).

    A letter joined to the number stays before its digits when it says something (`בשמונה`: `ב-8`).
    """
    found: list[Replacement] = []
    last: tuple[str, int] | None = None
    for index, token in enumerate(tokens):
        following = tokens[index + 1].group() if index + 1 < len(tokens) else ""
        number = _number(token.group(), following, locale)
        if number is None:
            last = None
            continue
        prefix, value = number
        joined = _joined(last, prefix, value)
        if joined is not None and found:
            kept, _, _ = found[-1].digits.rpartition("-")
            digits = f"{kept}-{joined}" if kept else str(joined)
            found[-1] = Replacement(found[-1].start, token.end(), digits)
            last = None
            continue
        keeps = prefix in lexicon(locale).words["number_prefixes_kept"]
        digits = f"{prefix}-{value}" if keeps else str(value)
        found.append(Replacement(token.start(), token.end(), digits))
        last = number
    return found


def _number(word: str, following: str, locale: str) -> tuple[str, int] | None:
    """The letter before a number, if any, and its value."""
    words, numbers = lexicon(locale).words, lexicon(locale).numbers
    if word in words["number_not"]:
        return None
    if word in words["number_before_plural"] and not following.endswith(("ים", "ות")):
        return None
    if word in numbers:
        return "", numbers[word]
    prefix, rest = word[:1], word[1:]
    if prefix in words["number_prefixes"] and rest in numbers:
        return prefix, numbers[rest]
    return None


def _joined(last: tuple[str, int] | None, prefix: str, value: int) -> int | None:
    """The number two words make: a unit then ten, or tens then `and` a unit."""
    if last is None:
        return None
    if value == _TEN and not prefix and 0 < last[1] < _TEN:
        return last[1] + _TEN
    if prefix == "ו" and value < _TEN and last[1] >= 2 * _TEN:
        return last[1] + value
    return None
