"""Reading what is said in words: names, and free answers less what only leads to them."""

import re

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.answers import find_answer, says_only_thanks, says_only_yes
from allokoli.dialogue.entities.first_names import lone_name
from allokoli.dialogue.entities.free_text import rest_text, second_thought
from allokoli.dialogue.entities.names import find_name, is_of_company, respell
from allokoli.dialogue.form import Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, misheard
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_SHORT_WORDS = 4
_FEW_WORDS = 2


def given_name(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> str | None:
    """A name that its wording gives away: introduced, spelled again, or alone in its clause."""
    respelled = _respelled(slot, heard, context)
    if respelled:
        return respelled
    known, again = slot.key in context.values, len(heard.raw.split()) <= _SHORT_WORDS
    found = find_name(heard, context.locale, asked=False)
    beside = again and not context.agreed and not context.free
    if found is None and known and (context.correcting or beside):
        found = _put_right(str(context.values[slot.key]), heard, context)
    if found is None and not (known or asked or context.free):
        found = _lone_name(heard, context.locale)
    company = found and context.form.slot("company") and is_of_company(found[0], context.locale)
    return heard.keep(None if company else found)


def _put_right(known: str, heard: Utterance, context: Context) -> tuple[str, Span] | None:
    """`C'est Durand`, of somebody noted as `Durant`; `c'est rempli` names nobody else."""
    found = find_name(heard, context.locale, asked=False, weak=True)
    if found is None or misheard(found[0], known):
        return found
    is_word = heard.text[slice(*found[1])].islower()
    return found if context.correcting and not is_word else None


def _lone_name(heard: Utterance, locale: str) -> tuple[str, Span] | None:
    """A known first name that is a clause of its own (`תספורת, מחר בשש, דניאל`)."""
    name = lone_name(heard.rest()[-1:], locale)
    at = heard.raw.rfind(name) if name else -1
    return (name, heard.from_raw((at, at + len(name)))) if name and at >= 0 else None


def _respelled(slot: Slot, heard: Utterance, context: Context) -> str | None:
    """The name known, as it is spelled or remarked on now (`just O D E L L`, `with a K`)."""
    known = context.values.get(slot.key)
    if not isinstance(known, str) or not context.correcting or slot.key == "first_name":
        return None
    return heard.keep(respell(known, heard, context.locale))


def in_own_words(heard: Utterance, slot: Slot, *, alone: bool) -> tuple[str, Span] | None:
    """What a slot's own words say amid other answers (`and my wife's coeliac`), all of it."""
    if alone:
        return None
    found = [(choice.value, span) for choice in slot.choices
             if (span := find_phrase(choice.phrases, heard.mask()))]  # fmt: skip
    if not found:
        return None
    spans = [span for _, span in found]
    values = ", ".join(value for value, _ in sorted(found, key=lambda item: item[1]))
    return values, (min(span[0] for span in spans), max(span[1] for span in spans))


def free_answer(slot: Slot, heard: Utterance, context: Context, *, alone: bool) -> str | None:
    """The words that answer a free question; a yes alone answers none.

    Args:
        slot: what was asked; one to be kept word for word is.
        heard: the sentence, less what was already read from it.
        context: what reading depends on.
        alone: whether nothing else was asked with it.
    """
    if says_only_thanks(heard.raw_folded, context.locale):
        return None
    if slot.verbatim:
        short = len(heard.raw.split()) <= _SHORT_WORDS
        answer = find_answer(heard.raw_folded, context.locale) if short else None
        told = answer == "yes" and len(heard.raw.split()) > _FEW_WORDS  # `שאני מסכים להצעה`
        only_answer = answer is not None and (
            not told or says_only_yes(heard.raw_folded, context.locale)
        )
        return None if only_answer else heard.raw
    if not alone:
        return None
    if says_only_yes(heard.raw_folded, context.locale):
        return None
    text = rest_text(heard, context.locale)
    if slot.none is not None:
        text = second_thought(text, context.locale) or text
    return _without_courtesy(without_leads(slot, text), context.locale) or None


def _without_courtesy(text: str, locale: str) -> str:
    """`Umbrella Corp please` → `Umbrella Corp`."""
    tails = "|".join(map(re.escape, lexicon(locale).words.get("courtesy_tail", ()))) or "(?!)"
    return re.sub(rf"(?:[\s,]+(?:{tails}))+\W*$", "", text, flags=re.IGNORECASE)


def without_leads(slot: Slot, text: str) -> str:
    """What a free answer says: `oui, juste aux noix` → `noix`."""
    leads = sorted(slot.leads, key=len, reverse=True)
    while True:
        gap = next(
            (
                match.end()
                for lead in leads
                if (match := re.match(rf"{re.escape(fold(lead))}(?:(?<=')|[\s,]+)", fold(text)))
            ),
            0,
        )
        if not gap or gap >= len(text):
            return text.strip()
        text = text[gap:]
