"""A name that the line garbles again and again: it is asked once to be spelled with words."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from allokoli.dialogue import speaking
from allokoli.dialogue.entities.names import respelled
from allokoli.dialogue.entities.spelled_in_words import read_spelling_words
from allokoli.dialogue.form import Form
from allokoli.dialogue.speaking import Turn
from allokoli.dialogue.state import AT_RECAP, Heard, Reply, State
from allokoli.dialogue.text import clean, fold
from allokoli.dialogue.understood import Understanding

_TIMES = 2
_LEAST_LETTERS = 3
_ALIKE = 0.5


def count_renaming(state: State, before: Mapping[str, Any], found: Understanding) -> None:
    """Count how often a name that was read back is told once more; another name is another wish."""
    told, known = found.fills.get("name"), before.get("name")
    if state.phase in AT_RECAP and told and known and _alike(str(told), str(known)):
        count_denial(state, "name")


def count_denial(state: State, key: str) -> None:
    """Count that an answer was read back wrong, if it is the name."""
    if key == "name":
        state.notes["renamed"] = state.notes.get("renamed", 0) + 1


def asks_to_spell(form: Form, state: State, turn: Turn) -> tuple[State, Reply] | None:
    """The question for a spelling, where telling the name once more will not do; asked once."""
    if state.notes.get("renamed") != _TIMES or "spell" not in form.wording:
        return None
    state.notes["renamed"] += 1
    state.notes["spelling"] = ""
    state.phase, state.asking = "correcting", ["name"]
    state.said = speaking.wording(form, "spell", 0)
    turn.acknowledgement = ""
    return state, speaking.reply(form, state, turn.saying(state.said, "spell the name"))


def hear_spelling(state: State, text: object, locale: str) -> Understanding | None:
    """The name as it is spelled by somebody who was asked to; None where they say otherwise.

    Two letters are the beginning of it: the rest is waited for.
    """
    before, known = state.notes.pop("spelling", None), state.values.get("name")
    if before is None or not known:
        return None
    words = clean(text)
    told = read_spelling_words(words, locale)
    letters = f"{before}{told}".capitalize()
    if told and len(letters) < _LEAST_LETTERS:
        state.notes["spelling"] = letters
        return Understanding(words=words, social="wait")
    if not letters:
        return None
    name = respelled(str(known).split(), letters)
    heard = Heard("slot", "name", name, words, "spelling")
    return Understanding(words=words, fills={"name": name}, heard=[heard])


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio() >= _ALIKE
