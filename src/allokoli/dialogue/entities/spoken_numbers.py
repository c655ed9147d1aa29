"""Number words in running speech (`soixante-dix-huit`, `thirty four`)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon

_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[^\w\s]|_")
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
        first, last = tokens[item.start], tokens[item.end - 1]
        said = [token.group() for token in tokens[item.start : item.end]]
        if all(part.isdigit() for part in said):
            continue
        if not re.fullmatch(r"\d+\D{0,3}", item.text) or _is_elided(last):
            continue
        found.append(Replacement(first.start(), last.end(), item.text))
    return found


def _is_elided(token: re.Match[str]) -> bool:
    """The `o` of `seven o'clock` and `O'Brien` is no zero."""
    return token.group().lower() == "o" and token.string[token.end() : token.end() + 1] in "'’"


def _by_lexicon(tokens: list[re.Match[str]], locale: str) -> list[Replacement]:
    """Tens and units from the language's list, added when joined (`עשרים ושמונה`)."""
    numbers = lexicon(locale).numbers
    found: list[Replacement] = []
    ten_open = False
    for token in tokens:
        word = token.group()
        joined = word[1:] if word[:1] == "ו" and word not in numbers else word
        value = numbers.get(joined)
        if value is None:
            ten_open = False
            continue
        previous = found[-1] if found else None
        if previous and ten_open and joined != word and value < 10:  # noqa: PLR2004
            total = int(previous.digits) + value
            found[-1] = Replacement(previous.start, token.end(), str(total))
            ten_open = False
            continue
        found.append(Replacement(token.start(), token.end(), str(value)))
        ten_open = value >= 20 and value % 10 == 0  # noqa: PLR2004
    return found
