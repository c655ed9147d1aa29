"""The words that are put in place of an answer, less what only introduces them."""

import re
from dataclasses import replace
from typing import Any

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.answers import find_answer
from allokoli.dialogue.entities.free_text import rest_text
from allokoli.dialogue.form import Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.reading import read_asked, read_given
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance


def less_mention(slot: Slot, text: str) -> str:
    """What is said of the slot, after it is named (`my name is…`) or before (`…, for the name`)."""
    span = find_phrase(slot.mentions, fold(text))
    return max(text[: span[0]], text[span[1] :], key=len) if span else text


def read_beside(slot: Slot, text: str, context: Context) -> Any:
    """The slot's value beside its name: `not the right name, Kim`, or `Kim, for the name`."""
    value = read_pointed(slot, less_mention(slot, text), context)
    span = find_phrase(slot.mentions, fold(text))
    return read_pointed(slot, text[span[1] :], context) if value is None and span else value


def spoken(text: str, locale: str) -> str:
    """A part of an address as it is written (`marie point dupont`)."""
    text = fold(plain_words(text, locale))
    for dot in lexicon(locale).words["email_dot"]:
        text = re.sub(rf"\s+{re.escape(dot)}\s+", ".", text)
    return text.strip()


def read_pointed(slot: Slot, text: str, context: Context) -> Any:
    """A slot's value where it was pointed at, so that few words suffice."""
    text = plain_words(after_lead(slot, text), context.locale)
    if not text or find_answer(fold(text), context.locale):
        return None
    heard = Utterance.of(text, context.locale)
    pointed = replace(context, correcting=True)
    value = read_given(slot, heard, pointed, asked=True)
    return read_asked(slot, heard, pointed, alone=True) if value is None else value


def after_lead(slot: Slot, text: str) -> str:
    """`Plus le motif, c'est pour une couleur`: what follows the words that lead to the answer."""
    leads = [lead for lead in slot.leads if slot.type == "text" and " " in lead]
    span = find_phrase(leads, fold(text))
    rest = text[span[1] :].strip(" ,.;:!?") if span else ""
    return rest or text


def plain_words(text: str, locale: str) -> str:
    """The words without what introduces them (`no, it's`)."""
    words = lexicon(locale).words
    before = sorted((*words.get("is", ()), *words["no"], *words["correction"]), key=len)
    text = trimmed(text)
    changed = True
    while changed:
        text, changed = rest_text(Utterance.of(text, locale), locale), False
        for phrase in reversed(before):
            match = phrase_pattern(phrase).match(fold(text))
            if match and match.end():
                text, changed = trimmed(text[match.end() :]), True
                break
    for phrase in words["correction"]:
        text = re.sub(rf"[\s,]+{re.escape(phrase)}$", "", text)
    return text


def trimmed(text: str) -> str:
    """The words with single commas between them, and no sign around them."""
    return re.sub(r"(?:\s*,)+\s*", ", ", text).strip(" ,.;:!?")
