"""Number words in running speech (`soixante-dix-huit`, `thirty four`)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon

_TOKEN = re.compile(r"[^\W_]+(?:-(?!ish\b)[^\W_]+)*|[^\w\s]|_")
_TEN = 10
_HUNDRED = 100
_THOUSAND = 1000
_TIMES = (_HUNDRED, _THOUSAND)
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
    """Numbers from the language's list (`חמש עשרה`, `אלף תשע מאות ארבעים ושש`).

    A letter joined to the number stays before its digits when it says something (`בשמונה`: `ב-8`).
    """
    found: list[Replacement] = []
    number: _Number | None = None
    said = [token.group() for token in tokens]
    for index, token in enumerate(tokens):
        glued = _glued(locale).fullmatch(said[index])
        if glued:  # `ל6`, `ב9:30`: as if it were written apart
            number, digits = None, f"{glued[1]}-{glued[2]}"
            found.append(Replacement(token.start(), token.end(), digits))
            continue
        following = said[index + 1] if index + 1 < len(said) else ""
        read = _number(said[index], following, locale, after_number=number is not None)
        if read is None:
            number = None
            continue
        prefix, value, times = read
        joined = number.joined(prefix, value, times=times) if number else None
        if joined is None and times:
            number = None
            continue
        if joined is None:
            keeps = prefix in lexicon(locale).words["number_prefixes_kept"]
            joined = _Number(value, value, prefix if keeps else "", token.start())
            found.append(Replacement(0, 0, ""))
        number = joined
        digits = f"{number.prefix}-{number.total}" if number.prefix else str(number.total)
        found[-1] = Replacement(number.start, token.end(), digits)
    return found


@lru_cache
def _glued(locale: str) -> re.Pattern[str]:
    """Digits with a letter written onto them."""
    letters = "".join(lexicon(locale).words["number_prefixes_kept"])
    return re.compile(rf"[{letters}ו]?([{letters}])(\d{{1,4}})")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number while it is being said.

    Attributes:
        total: what it makes so far.
        last: what its last word added.
        prefix: the letter kept before it.
        start: where it begins.
    """

    total: int
    last: int
    prefix: str
    start: int

    def joined(self, prefix: str, value: int, *, times: bool) -> "_Number | None":
        """The number that one more word makes of it, or None when another number begins."""
        if times:  # `תשע מאות`
            grows = 1 < self.last < _TEN and not prefix
            return self._with(self.total + self.last * (value - 1), self.last * value, grows=grows)
        if value == _TEN and not prefix and 0 < self.last < _TEN:  # `חמש עשרה`
            grows = self.total % _HUNDRED == self.last
            return self._with(self.total + _TEN, 1, grows=grows)
        if value < _TEN:  # `ארבעים ושש`, `אלפיים ותשע`
            grows = (prefix == "ו" and self.last >= 2 * _TEN) or self.last >= _THOUSAND
        else:  # `מאה עשרים`, `אלפיים ועשרים`
            grows = self.last >= _HUNDRED and self.last > value
        return self._with(self.total + value, value, grows=grows and prefix in {"", "ו"})

    def _with(self, total: int, last: int, *, grows: bool) -> "_Number | None":
        return _Number(total, last, self.prefix, self.start) if grows else None


def _number(
    word: str, following: str, locale: str, *, after_number: bool
) -> tuple[str, int, bool] | None:
    """The letter before a number, if any, its value, and whether it multiplies the one before."""
    words, numbers = lexicon(locale).words, lexicon(locale).numbers
    if word in words["number_not"] or (after_number and word in words["number_not_after_number"]):
        return None
    if word in words["number_before_plural"] and not _is_plural(following, locale):
        return None
    if word in words["number_times"]:
        return "", _TIMES[words["number_times"].index(word)], True
    if word in numbers:
        return "", numbers[word], False
    for letters in (1, 2):  # `בשישה`, `מהשישה`: the last letter counts
        prefix, rest = word[:letters], word[letters:]
        if rest in numbers and all(one in words["number_prefixes"] for one in prefix):
            return prefix[-1:], numbers[rest], False
    return None


def _is_plural(word: str, locale: str) -> bool:
    """`שני ילדים` is two of them; `שני בשתיים` and `שני בצהריים` are a Monday."""
    words, numbers = lexicon(locale).words, lexicon(locale).numbers
    if word in words["number_plural_not"] or word in numbers or word[1:] in numbers:
        return False
    return word.endswith(("ים", "ות"))
