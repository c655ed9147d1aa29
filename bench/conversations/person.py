"""The person in a written conversation: answers what is asked, as it was written."""

from collections import Counter

from bench.conversations.written import Conversation

from allokoli.dialogue import State

_YES = {"fr": "oui, c'est bien ça", "en": "yes, that's right", "he": "כן, נכון"}
_NOTHING_ELSE = {
    "fr": "non merci, au revoir",
    "en": "no thanks, goodbye",
    "he": "לא תודה, להתראות",
}
_UNKNOWN = {"fr": "je ne sais pas", "en": "I don't know", "he": "אני לא יודע"}


class Person:
    """Says the first turns, then answers what is asked."""

    def __init__(self, written: Conversation) -> None:
        self._written = written
        self._first = list(written.says)
        self._used: Counter[str] = Counter()

    def next(self, state: State) -> str:
        """What is said next.

        Args:
            state: where the conversation stands after the last reply.
        """
        if self._first:
            return self._first.pop(0)
        language, answers = self._written.language, self._written.answers
        if state.phase == "confirming":
            return self._take("confirm") or _YES[language]
        if state.phase == "correcting":
            return self._take("correct") or self._take("confirm") or _YES[language]
        for note, moment in (("offer", "offer"), ("proposed", "proposal")):
            if state.notes.get(note) and moment in answers:
                return str(self._take(moment))
        if not state.asking:
            return self._take("anything") or _NOTHING_ELSE[language]
        return (
            self._joint(state.asking) or ", ".join(self._each(state.asking)) or _UNKNOWN[language]
        )

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
