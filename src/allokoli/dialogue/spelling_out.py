"""What the line garbles again and again is asked once in a form that it carries.

A name is spelled with words, a telephone number told digit by digit.
"""

from collections.abc import Mapping
from typing import Any

from allokoli.dialogue import speaking
from allokoli.dialogue.entities.names import respelled
from allokoli.dialogue.entities.spelled_in_words import read_spelling_words
from allokoli.dialogue.form import Form
from allokoli.dialogue.matching import misheard
from allokoli.dialogue.speaking import Turn
from allokoli.dialogue.state import AT_RECAP, Heard, Reply, State
from allokoli.dialogue.text import clean
from allokoli.dialogue.understood import Understanding

_TIMES = 2
_ASKED_WITH = {"name": "spell", "phone": "digits"}
_LEAST_LETTERS = 3


def keep_spelled(state: State, found: Understanding) -> None:
    """Who spelled their last name, and then says another one, tells the first that goes with it."""
    last, told = str(state.notes.get("spelled", "")), str(found.fills.get("name", ""))
    lone = " " not in f"{last}{told}" and state.phase in AT_RECAP
    if last and told and lone and not misheard(told, last):
        if state.values.get("name") == last:
            state.notes.get("denied", {}).pop("name", None)  # the first name may be spelled too
        found.fills["name"] = f"{told} {last}"


def count_denials(state: State, before: Mapping[str, Any], found: Understanding) -> None:
    """Count how often what was read back is told once more; another name is another wish.

    Where it is heard as it was, telling it a third time will not do.
    """
    if state.phase not in AT_RECAP:
        return
    nothing_new = all(before.get(key) == told for key, told in found.fills.items())
    for key in _ASKED_WITH:
        told, known = found.fills.get(key), before.get(key)
        if told and known and (key != "name" or misheard(str(told), str(known))):
            count_denial(state, key, heard_the_same=nothing_new)


def count_denial(state: State, key: str, *, heard_the_same: bool = False) -> None:
    """Count that an answer was read back wrong."""
    denied = state.notes.setdefault("denied", {})
    times = denied.get(key, 0)
    denied[key] = _TIMES if heard_the_same and times < _TIMES else times + 1


def asks_to_spell(form: Form, state: State, turn: Turn) -> tuple[State, Reply] | None:
    """Another way to tell it, where telling it once more will not do; each asked once."""
    denied = state.notes.get("denied", {})
    known = (key for key, wording in _ASKED_WITH.items() if wording in form.wording)
    key = next((key for key in known if denied.get(key) == _TIMES), "")
    if not key:
        return None
    denied[key] += 1
    state.phase, state.asking = "correcting", [key]
    if key == "name":
        state.notes["spelling"] = ""
    else:  # told from the beginning, with a breath wherever they like
        state.values.pop(key, None)
        state.phase = "collecting"
    state.said = speaking.wording(form, _ASKED_WITH[key], 0)
    turn.acknowledgement = ""
    return state, speaking.reply(form, state, turn.saying(state.said, f"spell the {key}"))


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
    state.notes["spelled"] = name
    heard = Heard("slot", "name", name, words, "spelling")
    return Understanding(words=words, fills={"name": name}, heard=[heard])
