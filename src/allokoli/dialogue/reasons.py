"""What a wish is about, when it says so in the same breath (`can I get a cut on Saturday?`)."""

import re
from collections.abc import Sequence

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MIN_CHARS = 3
_MIN_WORDS = 2
_MAX_CHARS = 300
_MOST_LETTERS = 2


def reason_left(parts: Sequence[str], locale: str, *, least: int | None = None) -> str:
    """What is left to say why someone calls, once days, hours and names are read.

    Args:
        parts: what no answer was read from, piece by piece.
        locale: the language spoken; one without a list `wish_plain` gives no reason.
        least: how many telling words there must be; as many as the language needs when None.

    Returns:
        The pieces that say something, each from its first telling word on; empty when they say
        too little.
    """
    words = lexicon(locale).words
    plain = frozenset(words.get("wish_plain", ()))
    if not plain:
        return ""
    plain = plain.union(words["stop"], words["hesitation"], words["hello"])
    letters = "".join(words.get("prefix_letters", ()))
    told = [(part, telling) for part in parts if (telling := _telling(part, plain, letters))]
    if least is None:  # `לגוונים` says in a word what others say in two
        least = 1 if letters else _MIN_WORDS
    if sum(len(telling) for _, telling in told) < least:
        return ""
    return ", ".join(part[_first(part, plain, letters) :] for part, _ in told)[:_MAX_CHARS]


def _first(part: str, plain: frozenset[str], letters: str) -> int:
    """Where a piece begins to say something: at its first word that is not plain."""
    words = (one for one in _WORD.finditer(part) if not _is_plain(one.group(), plain, letters))
    return next(match.start() for match in words)


def _telling(part: str, plain: frozenset[str], letters: str) -> list[re.Match[str]]:
    """The words that say something: neither plain words nor names."""
    return [
        match
        for match in _WORD.finditer(part)
        if len(match.group()) >= (_MIN_CHARS - 1 if letters else _MIN_CHARS)  # `פן`
        and not _is_plain(match.group(), plain, letters)
        and not match.group()[0].isdigit()
        and (not match.group()[0].isupper() or match.group().isupper())
    ]


def _is_plain(word: str, plain: frozenset[str], letters: str) -> bool:
    """Whether a word only goes around a wish, also with the letters written before it."""
    folded = fold(word)
    return any(
        folded[at:] in plain
        for at in range(min(_MOST_LETTERS, len(folded) - 1) + 1)
        if all(letter in letters for letter in folded[:at])
    )
