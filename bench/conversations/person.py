"""The person in a written conversation: answers what is asked, and hears what is read back."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.conversations.comparing import fields_checked
from bench.conversations.written import Conversation

from allokoli.blueprint.caller_goals import booking_kind
from allokoli.dialogue import State

_YES = {"fr": "oui, c'est bien ça", "en": "yes, that's right", "he": "כן, נכון"}
_NOTHING_ELSE = {
    "fr": "non merci, au revoir",
    "en": "no thanks, goodbye",
    "he": "לא תודה, להתראות",
}
_UNKNOWN = {"fr": "je ne sais pas", "en": "I don't know", "he": "אני לא יודע"}
_SAYS = tomllib.loads(Path(__file__).with_name("listening.toml").read_text(encoding="utf-8"))


class Person:
    """Says the first turns, then answers what is asked.

    Like anybody, they listen to the recap: what is wrong in it they say once more, each thing once;
    and who is dismissed before having got what they called for says so, once.

    Attributes:
        rectified: how often they had to say that they were misunderstood.
    """

    most = 1
    """How often one thing is said once more."""

    def __init__(self, written: Conversation) -> None:
        self._written = written
        self._first = list(written.says)
        self._used: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._last: str | None = None
        self._wished = False

    @property
    def rectified(self) -> int:
        return self._wrong.total() + self._wished

    def next(self, state: State, found: Mapping[str, Any]) -> str:
        """What is said next.

        Args:
            state: where the conversation stands after the last reply.
            found: what was noted so far: structured data, or a blueprint.
        """
        if self._first:
            return self._first.pop(0)
        language, answers = self._written.language, self._written.answers
        if state.phase == "confirming":
            wrong = None if self._left("confirm") else self._misheard(found)
            return self._rectify(wrong) if wrong else self._take("confirm") or _YES[language]
        if state.phase == "correcting":
            again = self._own(self._last) if self._last else None
            return self._take("correct") or again or self._take("confirm") or _YES[language]
        for note, moment in (("offer", "offer"), ("proposed", "proposal")):
            if state.notes.get(note) and moment in answers:
                return str(self._take(moment))
        if not state.asking:
            wish = None if self._left("anything") else self._wish(found)
            return wish or self._take("anything") or _NOTHING_ELSE[language]
        return (
            self._joint(state.asking)
            or ", ".join(self._each(state.asking))
            or self._wish(found)
            or _UNKNOWN[language]
        )

    def _misheard(self, found: Mapping[str, Any]) -> str | None:
        """The first thing that was noted wrong, if they know how to say it once more."""
        wrong = (c.name.split(".")[0] for c in fields_checked(self._written, found) if not c.right)
        return next((key for key in wrong if self._can_rectify(key)), None)

    def _can_rectify(self, key: str) -> bool:
        return self._own(key) is not None and self._wrong[key] < self.most

    def _own(self, key: str) -> str | None:
        """What they say of it, alone or along with other things."""
        answers = self._written.answers
        joint = next((one for one in answers if key in one.split("+")), key)
        return answers.get(key, answers.get(joint, [None]))[-1]

    def _rectify(self, key: str) -> str:
        self._wrong[key] += 1
        self._last = key
        says = _SAYS[self._written.side][self._written.language]
        return str(says.get(key, says["other"])).format(said=self._own(key))

    def _wish(self, found: Mapping[str, Any]) -> str | None:
        """What they called for, when that is not what was understood."""
        meant = self._written.expect.intent
        wishes = _SAYS["wishes"][self._written.language]
        if self._wished or meant == found.get("intent") or meant not in wishes:
            return None
        self._wished = True
        kind = booking_kind(self._written.made())
        return str(wishes[kind if meant == "book" and kind in wishes else meant])

    def _left(self, moment: str) -> bool:
        """Whether they have something of their own to say before what they say last."""
        return self._used[moment] < len(self._written.answers.get(moment, ())) - 1

    def _joint(self, asked: list[str]) -> str | None:
        """The answer to exactly these slots, asked in one question."""
        wanted = set(asked)
        keys = (key for key in self._written.answers if "+" in key)
        found = next((key for key in keys if set(key.split("+")) == wanted), None)
        return self._take(found) if found else None

    def _each(self, asked: list[str]) -> list[str]:
        return [said for key in asked if (said := self._take(key)) is not None]

    def _take(self, key: str) -> str | None:
        written = self._written.answers.get(key)
        if not written:
            return None
        said = written[min(self._used[key], len(written) - 1)]
        self._used[key] += 1
        return said
