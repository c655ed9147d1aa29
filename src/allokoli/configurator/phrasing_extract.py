"""What a language model found in an owner's sentence, read again by the form itself.

The model only points at words of the owner for answers that are missing. Each is heard by the form
as the answer to that very question; what the form does not take is dropped, and what is missing or
complete stays the form's own decision.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from allokoli.configurator import conversation
from allokoli.configurator.conversation import OwnerState
from allokoli.configurator.form import owner_form
from allokoli.dialogue import Reply, Slot
from allokoli.dialogue.lexicon import lexicon, load
from allokoli.dialogue.text import clean, fold

_FEWEST_WORDS = 4
_CLEAR_WORDS = 8
_MOST_SLOTS = 20
_MAX_SPAN_CHARS = 600
_MAX_NAME_WORDS = 6
_WORD = re.compile(r"\w+")
_ANSWERS = (
    "yes", "no", "none", "anything", "repeat", "wait", "goodbye", "hello", "refuse", "restart",
    "hesitation",
)  # fmt: skip
# What the form takes whatever it is: the model is only believed where it was asked.
_FREE = frozenset({"name", "greeting"})


def worth_asking(before: OwnerState, after: OwnerState, reply: Reply, words: str) -> bool:
    """Whether a sentence may hold more than the form took from it.

    Args:
        before: where the conversation stood.
        after: what the form alone made of the sentence.
        reply: what it would answer.
        words: the sentence.
    """
    count = len(_WORD.findall(words))
    if count < _FEWEST_WORDS or before.status != "collecting" or after.status == "confirmed":
        return False
    if reply.trace.decision.startswith(("aside", "repeat", "wait", "restart")):
        return False
    taken = after.dialogue.values != before.dialogue.values
    return not taken or count >= _CLEAR_WORDS


def missing(state: OwnerState) -> dict[str, Slot]:
    """The questions that have no answer yet, by their keys."""
    form = owner_form(state.locale, state.dialogue.values)
    found = {
        slot.key: slot
        for slot in form.slots
        if slot.ask and not slot.volunteered_only and slot.key not in state.dialogue.values
    }
    return dict(list(found.items())[:_MOST_SLOTS])


def question(state: OwnerState, said: str, words: str) -> list[dict[str, str]]:
    """What the model is asked: which words answer which question, in OpenAI's messages.

    Args:
        state: where the conversation stands.
        said: what the owner was asked.
        words: the owner's answer.
    """
    listed = "\n".join(f"- {key}: {clean(slot.ask[0])}" for key, slot in missing(state).items())
    prompt = load("allokoli.configurator", state.locale, "phrasing")["extract"]
    told = prompt.replace("{asked}", clean(said)).replace("{slots}", listed)
    return [{"role": "system", "content": told}, {"role": "user", "content": words}]


def schema(state: OwnerState) -> dict[str, Any]:
    """JSON schema of the model's answer."""
    properties = {key: {"type": ["string", "null"]} for key in missing(state)}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def grounded(state: OwnerState, words: str, found: Mapping[str, Any]) -> dict[str, str]:
    """What the model found that is made of the owner's own words, and was asked for.

    Args:
        state: where the conversation stands.
        words: what the owner said.
        found: the model's answer.
    """
    said = set(_WORD.findall(fold(words)))
    kept: dict[str, str] = {}
    for key in missing(state):
        value = found.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > _MAX_SPAN_CHARS:
            continue
        span = _WORD.findall(fold(value))
        free = key in _FREE and (
            key not in state.dialogue.asking or (key == "name" and len(span) > _MAX_NAME_WORDS)
        )
        if span and said.issuperset(span) and not free and not _says_nothing(value, state.locale):
            kept[key] = value.strip()
    return kept


def enriched(
    state: OwnerState, reply: Reply, found: Mapping[str, str], now: datetime
) -> tuple[OwnerState, Reply]:
    """The conversation with what the model found, as far as the form takes it.

    Args:
        state: what the form alone made of the sentence.
        reply: what it would answer.
        found: the owner's words by question, `grounded`.
        now: the present, aware.
    """
    for key, words in found.items():
        if state.status != "collecting" or key in state.dialogue.values:
            continue
        asked = OwnerState.from_dict(state.to_dict())
        asked.dialogue.asking = [key]
        heard, answer = conversation.hear(asked, words, now)
        if _adds(state.dialogue.values, heard.dialogue.values, key) and heard.status != "confirmed":
            heard.dialogue.turns = state.dialogue.turns
            trace = replace(answer.trace, decision=f"model {key}; {answer.trace.decision}")
            state, reply = heard, replace(answer, trace=trace)
    return state, reply


def _says_nothing(words: str, locale: str) -> bool:
    """Whether words mean nothing without the question they answer: a yes, a greeting."""
    folded = fold(clean(words)).strip(" .!?,")
    return any(folded in lexicon(locale).words[name] for name in _ANSWERS)


def _adds(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> bool:
    """Whether exactly one answer was added, and nothing known was changed."""
    return after.get(key) is not None and {**after, key: None} == {**before, key: None}
