"""The person of a written conversation who hears the recap, and says so when it is wrong."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from bench.conversations.person import Person
from bench.conversations.playing import play
from bench.conversations.written import Conversation

from allokoli.dialogue import State
from allokoli.dialogue.text import fold

_ALIKE = 0.75
_DIGIT_BY_DIGIT = 3
"""How often the number was read back wrong when it is asked for digit by digit."""
_TOLD_HOW_TO_CONFIRM, _CONFIRMS = 2, "C'est parfait."
"""Misses at the recap until one is told which words confirm it; those words."""
# The French telephone alphabet.
_ALPHABET = (
    "Anatole", "Berthe", "Célestin", "Désiré", "Eugène", "François", "Gaston", "Henri", "Irma",
    "Joseph", "Kléber", "Louis", "Marcel", "Nicolas", "Oscar", "Pierre", "Quintal", "Raoul",
    "Suzanne", "Thérèse", "Ursule", "Victor", "William", "Xavier", "Yvonne", "Zoé",
)  # fmt: skip
_VERBATIM = ("name", "reason", "allergies", "message")


def sounds(name: str) -> str:
    """A French name as it sounds, roughly: what is written and not said is left out."""
    words = re.findall(r"[a-z]+", fold(name).replace("ph", "f").replace("y", "i"))
    return " ".join(re.sub(r"[dtsxe]+$", "", re.sub(r"(.)\1", r"\1", word)) for word in words)


class Rectifying(Person):
    """Knows what the same sentences come to in writing, and hears whether the recap says that.

    Whoever hears another's telephone number in place of theirs says "non" and theirs again; asked
    to spell their name, or to say that all is right in given words, they do.
    """

    most = 3

    def __init__(self, written: Conversation) -> None:
        super().__init__(written)
        self._meant = play(written).fields

    def next(self, state: State, found: Mapping[str, Any]) -> str:
        if "spelling" in state.notes:
            return self._spelled(found)
        if (
            state.notes.get("denied", {}).get("phone") == _DIGIT_BY_DIGIT
            and "phone" in state.asking
        ):
            return ", ".join(f"0{str(self._meant['phone']).removeprefix('+33')}")
        told_how = state.phase == "confirming" and state.misses >= _TOLD_HOW_TO_CONFIRM
        if told_how and not self._misheard(found):
            return _CONFIRMS
        return super().next(state, found)

    def _spelled(self, found: Mapping[str, Any]) -> str:
        """The word of their name that was read back wrong, a word for each letter."""
        noted = sounds(str(found.get("name"))).split()
        words = str(self._meant["name"]).split()
        wrong = [word for word in words if sounds(word) not in noted] or words
        letters = re.findall(r"[a-z]", fold(wrong[-1]))
        return ", ".join(_ALPHABET[ord(letter) - ord("a")] for letter in letters)

    def _misheard(self, found: Mapping[str, Any]) -> str | None:
        """The first thing that the recap says otherwise, if they can say it once more."""
        return next(
            (
                key
                for key, meant in self._meant.items()
                if found.get(key) is not None
                and self._can_rectify(key)
                and not _same(key, meant, found.get(key))
            ),
            None,
        )


def _same(key: str, meant: Any, heard: Any) -> bool:
    """Whether a listener takes one for the other."""
    if key not in _VERBATIM or not isinstance(meant, str):
        return bool(meant == heard)
    one, other = (
        sounds(text) if key == "name" else fold(text) for text in (meant, str(heard or ""))
    )
    return one == other or (key != "name" and SequenceMatcher(None, one, other).ratio() >= _ALIKE)
