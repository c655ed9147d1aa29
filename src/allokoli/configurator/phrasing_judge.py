"""Whether a sentence that a language model phrased may be said in the place of the form's own.

It must ask exactly what the form decided to ask, and state nothing that the form did not.
"""

import re
from collections.abc import Sequence

from allokoli.configurator.conversation import OwnerState
from allokoli.configurator.form import owner_form
from allokoli.dialogue.meaning import nearest
from allokoli.dialogue.text import clean, fold
from allokoli.dialogue.unspeakable import is_echo, says_again, why_unspeakable

_MAX_CHARS = 300
_MOST_QUESTIONS = 2
_SENTENCE = re.compile(r"[^.?!…]+[.?!…]*")
_WORD = re.compile(r"\w+")
_CAPITAL = re.compile(r"(?<=[\w,;:’'] )[^\W\d_]\w*")
# What is quoted, listed or spelled is said as it is.
_EXACT = re.compile(r"[«»“”\"@:\d]")


def may_be_phrased(state: OwnerState, reply: str) -> bool:
    """Whether the form's own words are a plain question, which other words may ask as well."""
    return (
        state.status == "collecting"
        and len(state.dialogue.asking) == 1
        and 1 <= reply.count("?") <= _MOST_QUESTIONS
        and not _EXACT.search(reply)
    )


def asks_the_same(state: OwnerState, reply: str, heard: str, candidate: str) -> bool:
    """Whether a sentence asks what the form asks, and nothing else.

    Args:
        state: where the conversation stands.
        reply: the form's own words.
        heard: what the owner has just said.
        candidate: the model's.
    """
    text = clean(candidate)
    if not text or candidate.strip() != text or len(text) > min(_MAX_CHARS, 2 * len(reply) + 60):
        return False
    if (
        not 1 <= text.count("?") <= reply.count("?")
        or not text.endswith("?")
        or _EXACT.search(text)
    ):
        return False
    if says_again(_WORD.findall(fold(text))) or is_echo(text, heard):
        return False
    if any(why_unspeakable(one, [state.locale]) for one in _SENTENCE.findall(text) if one.strip()):
        return False
    return _names_nothing_new(text, [reply, heard]) and _is_about(state, text)


def _names_nothing_new(text: str, known: Sequence[str]) -> bool:
    """Whether every name in a sentence was said before, by the form or by the owner."""
    words = {word for one in known for word in _WORD.findall(fold(one))}
    names = [one for one in _CAPITAL.findall(text) if one[0].isupper()]
    return all(fold(name) in words for name in names)


def _is_about(state: OwnerState, text: str) -> bool:
    """Whether what it asks is nearest in meaning to the question asked, among the form's all."""
    form = owner_form(state.locale, state.dialogue.values)
    groups = {slot.key: tuple(clean(line) for line in slot.ask) for slot in form.slots if slot.ask}
    asked = [one.strip() for one in _SENTENCE.findall(text) if one.rstrip().endswith("?")]
    about = {near.key for one in asked if (near := nearest(one, groups)) is not None}
    return about == {state.dialogue.asking[0]}
