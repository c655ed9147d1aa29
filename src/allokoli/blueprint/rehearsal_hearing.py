"""What an assistant asks for, made out from its words alone, whoever speaks them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.caller import caller_form
from allokoli.blueprint.rehearsal_speaker import CONFIRM
from allokoli.dialogue import Form
from allokoli.dialogue.lexicon import load
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import fold

_WORDS = re.compile(r"\w+")
_SENTENCES = re.compile(r"[^.!?]*[.!?]*")


def asked(blueprint: Blueprint, said: str, now: datetime) -> list[str]:
    """The fields a sentence asks for, or `CONFIRM`; empty when it asks for nothing known.

    Args:
        blueprint: of the assistant that speaks.
        said: its words.
        now: when the call began, aware.
    """
    form = caller_form(blueprint, now)
    words = load("allokoli.blueprint", blueprint.language, "caller")
    plain = _plain(said)
    confirming = (words["recap"]["end"], *form.wording.get("confirm_again", ()))
    if any(_plain(line) in plain for line in confirming):
        return [CONFIRM]
    known = [(_plain(line), keys) for line, keys in _questions(form)]
    found = [(plain.index(line), keys) for line, keys in known if line and line in plain]
    if found:
        return _once(key for _, keys in sorted(found, key=lambda one: one[0]) for key in keys)
    questions = fold(" ".join(_asking_sentences(said)))
    mentioned = [(find_phrase(slot.mentions, questions), slot.key) for slot in form.slots]
    return [key for span, key in sorted((span, key) for span, key in mentioned if span)]


def _questions(form: Form) -> Iterable[tuple[str, Sequence[str]]]:
    """Every sentence the guided conversation asks with."""
    for slot in form.slots:
        for line in slot.ask:
            yield line, (slot.key,)
    for goal in form.goals:
        for keys, line in goal.together:
            yield line, keys
        for key, lines in goal.asks.items():
            for line in lines:
                yield line, (key,)


def _asking_sentences(said: str) -> list[str]:
    return [one for one in _SENTENCES.findall(said) if one.rstrip().endswith("?")]


def _once(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(fold(text)))
