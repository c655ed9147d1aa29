"""A caller without a language model: says what the script holds, and nothing else.

It answers what is asked from the script's facts, agrees to what is read back, admits what it does
not know, and hangs up when the conversation goes nowhere.
"""

import re
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from allokoli.blueprint import Blueprint
from allokoli.blueprint.caller import caller_form
from allokoli.dialogue import Slot
from allokoli.engine.testing.script_reading import CallerScript, plain_words, read_script

_MOST_REPEATS = 3
_ENOUGH = 0.5
# Letters that a word and its plural share.
_STEM = 5
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
# Fields that hold what the call is about.
_STORIES = frozenset({"message", "reason"})
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
        question = _question(said)
        asked = self._asked(said, question)
        known = self._known(question, asked)
        if known:
            return ", ".join(known)
        if _is_read_back(said):
            return self._words["yes"]
        if any(slot.key in _STORIES for slot in asked) and self.script.request:
            return self.script.request
        if self._lines:
            return self._lines.pop(0)
        return self._nothing_to_tell(question, asked) if "?" in said else None

    def _nothing_to_tell(self, question: frozenset[str], asked: list[Slot]) -> str:
        optional = bool(asked) and not any(slot.required for slot in asked)
        return self._words["no" if optional or question & _ANYTHING_ELSE else "unknown"]

    def _asked(self, said: str, question: frozenset[str]) -> list[Slot]:
        """The fields of the assistant's form a turn asks for: by its own words, or by name."""
        flat = _flat(said)
        return [
            slot
            for slot in self._slots
            if any(line and _flat(line) in flat for line in slot.ask)
            or ("?" in said and _overlap(plain_words(slot.label or ""), question))
        ]

    def _known(self, question: frozenset[str], asked: list[Slot]) -> list[str]:
        """The facts a question names, in the script's order, each subject once."""
        names = [_names(slot) for slot in asked]
        found: dict[frozenset[str], str] = {}
        for answer in self.script.answers:
            named = any(_overlap(answer.subject, one) for one in names)
            share = _overlap(answer.subject, question) / len(answer.subject)
            if named or share >= _ENOUGH:
                found.setdefault(answer.subject, answer.words)
        return list(found.values())


def _question(said: str) -> frozenset[str]:
    """The words of a turn's questions; of all of it when it asks none."""
    asked = [one for one in _SENTENCE.split(said) if one.rstrip().endswith("?")]
    return plain_words(" ".join(asked) if asked else said)


def _is_read_back(said: str) -> bool:
    if "?" not in said:
        return False
    low = said.lower()
    return bool(plain_words(said) & _READ_BACK) or any(one in low for one in _READ_BACK_PHRASES)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())


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
        if word in other
        or (len(word) >= _STEM and any(word[:_STEM] == known[:_STEM] for known in other))
    )
