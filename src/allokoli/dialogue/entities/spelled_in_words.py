"""A name spelled with words, the way it survives a telephone: `Marcel, Anatole, Raoul`."""

import re
from collections.abc import Sequence

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import alike
from allokoli.dialogue.text import fold

_LEAST_LETTERS, _MOST_LETTERS = 3, 20
_ALIKE, _RATHER_ALIKE = 0.75, 0.5


def read_spelling_words(raw: str, locale: str) -> str:
    """The letters that words stand for, the first in upper case.

    Args:
        raw: the sentence, said by somebody who was asked to spell so.
        locale: its language.

    Returns:
        From 3 to 20 letters, or 2 where the words are surely such; "" where that is not
        what was said, or the language spells otherwise.
    """
    table = [fold(word) for word in lexicon(locale).words.get("spelling_words", ())]
    if not table:
        return ""
    like = "|".join(map(re.escape, lexicon(locale).words["letter_like"]))
    told = re.sub(rf"(?<!\w)\w\s+(?:{like})\s+(?=\w)", "", fold(raw))  # `M comme Marcel`
    letters, least = "", 1.0
    for part in re.split(r"[,.;:!?]+", told):
        words = re.findall(r"[a-z]+", part)
        if not words:
            continue
        whole, sure = _letter("".join(words), table)
        apart = [_letter(word, table) for word in words if len(word) > 2]  # noqa: PLR2004 - `et`
        if sure < _ALIKE and len(apart) > 1 and all(one[1] >= _RATHER_ALIKE for one in apart):
            letters += "".join(one[0] for one in apart)
            least = min(least, *(one[1] for one in apart))
        else:
            letter, sure = max([(whole, sure), *apart], key=lambda one: one[1])  # `pour Raoul`
            letters += letter if sure >= _RATHER_ALIKE else words[0][0]
            least = min(least, sure)
    enough = _LEAST_LETTERS if least < _ALIKE else _LEAST_LETTERS - 1
    return letters.capitalize() if enough <= len(letters) <= _MOST_LETTERS else ""


def _letter(heard: str, table: Sequence[str]) -> tuple[str, float]:
    """The letter of the word that it sounds like, and how much it does, from 0 to 1."""
    word = max(table, key=lambda one: alike(heard, one))
    return word[0], alike(heard, word)
