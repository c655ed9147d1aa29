"""Letters said one by one: `D comme Denis`, `double L`, `l apostrophe`, `S as in Sam`."""

import re
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span

_LETTER = r"[^\W\d_]"
_FOLLOWS = re.compile(rf"\s*[-.,;]?\s*(?=(?:{_LETTER}(?:['’]|(?!\w)))|\d)")
_MIN_LETTERS = 3
_LAST = str.maketrans("כמנפצ", "ךםןףץ")


def read_letters(raw: str, start: int, locale: str) -> tuple[str, Span] | None:
    """The letters spelled from a place on, and where they were said.

    Args:
        raw: the sentence as it was said.
        start: where the first letter should stand; spaces and commas before it are skipped.
        locale: its language.

    Returns:
        At least three letters (`L'Huillier` with its apostrophe), the first in upper case.
    """
    at, first, out = start, -1, ""
    breaths: list[int] = []
    while True:
        match = _piece(locale).match(raw, at)
        if match is None:
            break
        first = match.start("said") if first < 0 else first
        if out and "," in raw[at : match.start("said")]:
            breaths.append(len(out))
        letter = match["double"] or match["letter"]
        if letter:
            out += letter * (2 if match["double"] else 1)
        elif match["apostrophe"]:
            out += "'"
        elif match["dash"]:
            out += "-"
        elif match["space"]:
            out += " "
        at = match.end()
    out = _in_words(out, breaths).strip("-' ")
    if sum(char.isalpha() for char in out) < _MIN_LETTERS:
        return None
    end = len(raw[:at].rstrip(" ,.-;"))
    anew = _begun_again(locale).match(raw, end)
    again = read_letters(raw, anew.end(), locale) if anew else None
    if again:
        return again[0], (first, again[1][1])
    name = re.sub(rf"{_LETTER}+", lambda word: _written(word.group()), out.lower())
    return name, (first, end)


def _written(word: str) -> str:
    """A word of a name, with the shape that a last Hebrew letter takes."""
    return (word[:-1] + word[-1].translate(_LAST)).capitalize()


def _in_words(letters: str, breaths: list[int]) -> str:
    """`P R I Y A, N A I R` are two names when the only breath is between them."""
    at = breaths[0] if len(breaths) == 1 else 0
    if min(at, len(letters) - at) < _MIN_LETTERS or " " in letters:
        return letters
    return f"{letters[:at]} {letters[at:]}"


def find_letters(raw: str, start: int, locale: str, *, within: int) -> tuple[str, Span] | None:
    """The first letters spelled at most some characters away."""
    for match in re.finditer(r"(?<![\w'’])\w", raw[: start + within + 1]):
        if match.start() < start:
            continue
        found = read_letters(raw, match.start(), locale)
        if found:
            return found
    return None


def amend_letters(name: str, folded: str, locale: str) -> tuple[str, Span] | None:
    """A name as it is written, after a remark on one letter (`avec deux L`, `avec un K`).

    Args:
        name: the name as it was heard.
        folded: what follows it.
        locale: the language of the remark.
    """
    match = _remark(locale).search(folded)
    if match is None:
        return None
    letter = match["twice"] or match["once"]
    if match["twice"]:
        return _doubled(name, letter), match.span()
    if match["last"] and fold(name[-1]) != letter:
        swapped = name[:-1] if fold(name[-1]) in _sounding_like(letter, locale) else name
        return swapped + letter, match.span()
    return _replaced(name, letter, locale), match.span()


def _doubled(name: str, letter: str) -> str:
    folded = fold(name)
    at = folded.find(letter, 1)
    if letter * 2 in folded or at < 0:
        return name
    return name[: at + 1] + name[at].lower() + name[at + 1 :]


def _replaced(name: str, letter: str, locale: str) -> str:
    folded = fold(name)
    if letter in folded:
        return name
    for at, char in enumerate(folded):
        if char in _sounding_like(letter, locale):
            new = letter.upper() if name[at].isupper() else letter
            return name[:at] + new + name[at + 1 :]
    return name


def _sounding_like(letter: str, locale: str) -> str:
    groups = lexicon(locale).words["letters_alike"]
    return "".join(group.replace(" ", "") for group in groups if letter in group.split())


@lru_cache
def _piece(locale: str) -> re.Pattern[str]:
    """One letter, with what is said to make it clear, or a sign."""
    like = _either(locale, "letter_like")
    ends = _either(locale, "phone_end").replace("a", "[aà]")
    return re.compile(
        rf"[\s,.;-]*(?P<said>(?:(?:{_either(locale, 'letter_double')})\s+(?P<double>{_LETTER})|"
        rf"(?P<apostrophe>{_either(locale, 'letter_apostrophe')})|"
        rf"(?P<dash>{_either(locale, 'letter_dash')})|(?P<space>{_either(locale, 'letter_space')})|"
        rf"(?!(?:{ends})(?!\w))(?P<letter>{_LETTER}))(?:['’](?=\s*{_LETTER}(?!\w))|(?![\w'’]))"
        rf"(?:\s+(?:{_either(locale, 'letter_accents')})(?!\w))?"
        rf"(?:,?\s+(?:{like})\s+{_LETTER}[\w'’-]+)?)",
        re.IGNORECASE,
    )


@lru_cache
def _begun_again(locale: str) -> re.Pattern[str]:
    """What is said before the letters are said once more (`F, R… no, F E R R`)."""
    words = lexicon(locale).words
    said = {*words["phone_no"], *words.get("number_no", ()), *words["correction"]}
    either = "|".join(re.escape(one) for one in sorted(said, key=len, reverse=True))
    return re.compile(rf"[\s,.;…-]*(?:(?:{either})[\s,.…]+)+", re.IGNORECASE)


@lru_cache
def _remark(locale: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:(?:{_either(locale, 'letter_twice')})\s*(?P<twice>{_LETTER})s?|"
        rf"(?:{_either(locale, 'letter_once')})\s*(?P<once>{_LETTER})"
        rf"(?P<last>\s+(?:{_either(locale, 'phone_end')}))?)(?!\w)"
    )


@lru_cache
def _either(locale: str, key: str) -> str:
    """The words of a list, whether or not they were said with accents."""
    said = sorted(lexicon(locale).words.get(key, ()), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in said) or r"(?!)"
