"""A caller without a language model: says what the script holds, and nothing else.

It answers what is asked from the script's facts, agrees to what is read back, admits what it does
not know, and hangs up when the conversation goes nowhere.
"""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from allokoli.blueprint import Blueprint
from allokoli.blueprint.caller import caller_form
from allokoli.dialogue import Slot
from allokoli.engine.testing.script_reading import Answer, CallerScript, plain_words, read_script

_MOST_REPEATS = 3
_SURE = 10.0
_WORDS = {
    "fr": {
        "yes": "Oui, c'est bien ça.",
        "no": "Non, merci.",
        "unknown": "Je ne sais pas.",
        "thanks": "Merci, au revoir.",
        "hello": "Bonjour.",
    },
    "en": {
        "yes": "Yes, that's right.",
        "no": "No, thank you.",
        "unknown": "I don't know.",
        "thanks": "Thank you, goodbye.",
        "hello": "Hello.",
    },
    "he": {
        "yes": "כן, נכון.",
        "no": "לא, תודה.",
        "unknown": "אני לא יודע.",
        "thanks": "תודה, להתראות.",
        "hello": "שלום.",
    },
}
_READ_BACK = frozenset(
    {"confirm", "confirmed", "correct", "right", "confirmez", "confirme", "confirmer", "exact"}
    | {"נכון", "לאשר", "מאשר"}
)
_READ_BACK_PHRASES = ("bien ça", "bien cela", "c'est bon", "is that ok", "shall i", "c’est bon")
_ANYTHING_ELSE = frozenset({"else", "autre", "נוסף"})


class ScriptedCaller:
    """See the module.

    Args:
        instructions: the scenario's.
        blueprint: of the assistant called; empty when it has none.
        language: two letters.
        now: when the call begins, aware.
    """

    def __init__(
        self, instructions: str, blueprint: dict[str, Any], language: str, now: datetime
    ) -> None:
        self.script: CallerScript = read_script(instructions)
        self._words = _WORDS.get(language, _WORDS["en"])
        self._slots = _slots(blueprint, now)
        self._lines = list(self.script.lines)
        self._heard: dict[str, int] = {}
        self._opened = False
        self._idle = 0

    async def speaks_first(self) -> str | None:
        """See `Caller`."""
        return self._opening()

    async def answers(self, said: str) -> str | None:
        """See `Caller`."""
        heard = " ".join(sorted(plain_words(said)))
        self._heard[heard] = self._heard.get(heard, 0) + 1
        if self._heard[heard] > _MOST_REPEATS:
            return None
        if not self._opened:
            return self._opening()
        reply = self._reply(said)
        if reply is not None:
            self._idle = 0
            return reply
        self._idle += 1
        return self._words["thanks"] if self._idle == 1 else None

    async def close(self) -> None:
        """See `Caller`."""

    def _opening(self) -> str:
        self._opened = True
        if self._lines:
            return self._lines.pop(0)
        return self.script.request or self._words["hello"]

    def _reply(self, said: str) -> str | None:
        """What to say to a question or a statement; None when nothing is left to say."""
        slot = self._asked(said)
        answer = self._best(said, slot)
        if answer is not None:
            return answer.words
        words = plain_words(said)
        if self._is_read_back(said, words):
            return self._words["yes"]
        if self._lines:
            return self._lines.pop(0)
        if "?" not in said and "؟" not in said:
            return None
        if words & _ANYTHING_ELSE or (slot is not None and not slot.required):
            return self._words["no"]
        return self._words["unknown"]

    def _asked(self, said: str) -> Slot | None:
        """The field of the assistant's form a question is about, where its own words tell."""
        flat = " ".join(said.lower().split())
        for slot in self._slots:
            if any(line and " ".join(line.lower().split()) in flat for line in slot.ask):
                return slot
        return None

    def _best(self, said: str, slot: Slot | None) -> Answer | None:
        """The fact whose subject the question names best."""
        asked = plain_words(said.rpartition(".")[2] if "?" in said else said) | (
            plain_words(said) if slot is None else frozenset()
        )
        named = _names(slot) if slot is not None else frozenset()
        best: tuple[float, Answer] | None = None
        for answer in self.script.answers:
            overlap = _overlap(answer.subject, asked) / len(answer.subject)
            score = overlap + (_SURE if _overlap(answer.subject, named) else 0.0)
            if score > (best[0] if best else 0.0):
                best = (score, answer)
        if best is None or (slot is not None and best[0] < _SURE and named):
            return None
        return best[1]

    def _is_read_back(self, said: str, words: frozenset[str]) -> bool:
        if "?" not in said:
            return False
        low = said.lower()
        return bool(words & _READ_BACK) or any(phrase in low for phrase in _READ_BACK_PHRASES)


def _slots(blueprint: dict[str, Any], now: datetime) -> tuple[Slot, ...]:
    try:
        return caller_form(Blueprint.model_validate(blueprint), now).slots if blueprint else ()
    except ValidationError:
        return ()


def _names(slot: Slot) -> frozenset[str]:
    """Every word a field goes by."""
    return plain_words(" ".join((slot.key.replace("_", " "), slot.label or "", *slot.mentions)))


def _overlap(one: frozenset[str], other: frozenset[str]) -> int:
    """How many words are the same, or begin alike as a word and its plural do."""
    return sum(
        1
        for word in one
        if word in other or (len(word) > 4 and any(word[:5] == known[:5] for known in other))  # noqa: PLR2004
    )
