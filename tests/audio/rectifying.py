"""The person of a written conversation who hears the recap, and says so when it is wrong."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Any

from bench.conversations.person import Person
from bench.conversations.playing import play
from bench.conversations.written import Conversation

from allokoli.blueprint.analysis import structured_data
from allokoli.dialogue import State
from allokoli.dialogue.text import fold

_AT_MOST = 3
_ALIKE = 0.75
_VERBATIM = ("name", "reason", "allergies", "message")


def sounds(name: str) -> str:
    """A French name as it sounds, roughly: what is written and not said is left out."""
    words = re.findall(r"[a-z]+", fold(name).replace("ph", "f").replace("y", "i"))
    return " ".join(re.sub(r"[dtsxe]+$", "", re.sub(r"(.)\1", r"\1", word)) for word in words)


class Rectifying(Person):
    """Knows what the same sentences come to in writing, and hears whether the recap says that.

    Whoever hears another's telephone number in place of theirs says "non" and theirs again.
    """

    def __init__(self, written: Conversation) -> None:
        super().__init__(written)
        self._meant = play(written).fields
        self._rectified: Counter[str] = Counter()
        self._wrong: str | None = None

    def next(self, state: State) -> str:
        """What is said next: what must be rectified before what was to be said."""
        own = self._used["confirm"] < len(self._written.answers.get("confirm", ())) - 1
        if state.phase == "confirming" and not own:
            self._wrong = self._misheard(state)
        if self._wrong and state.phase in {"confirming", "correcting"}:
            said = self._written.answers[self._wrong][-1]
            self._rectified[self._wrong] += 1
            return f"Non, {said}" if state.phase == "confirming" else said
        return super().next(state)

    def _misheard(self, state: State) -> str | None:
        """The first thing that the recap has wrong, if they can say it once more."""
        heard = structured_data(self._written.made(), state)
        return next(
            (
                key
                for key, meant in self._meant.items()
                if key in state.values
                and key in self._written.answers
                and self._rectified[key] < _AT_MOST
                and not _same(key, meant, heard.get(key))
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
