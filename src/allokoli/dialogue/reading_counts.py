"""Reading how many: a count, a sum, one more or fewer."""

import re

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.free_text import find_choice
from allokoli.dialogue.entities.members import count_members, count_told_first, with_somebody
from allokoli.dialogue.entities.numbers import find_count, find_settled, find_sum
from allokoli.dialogue.form import Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import either, find_phrase
from allokoli.dialogue.utterance import Span, Utterance


def given_count(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> int | None:
    """How many, where the wording says that they are counted (`four of us`, `one more`)."""
    more = _added(slot, heard, context)
    if more is not None:
        count = max(int(context.values[slot.key]) + more[0], slot.minimum)
        return heard.keep(_fitting(slot, (count, more[1])))
    told = asked or context.correcting
    firm = told or slot.key not in context.values
    whole = _told(heard, context, asked=asked) if told and slot.totals else None
    found = _fitting(slot, whole)
    if found is None:  # "let's say seven" may be the hour
        found = bare_count(slot, heard, context.locale, asked=False, summed=firm)
    if found and not asked and _may_be_an_hour(found[1], heard, context.locale):
        return None
    if found and found[0] == 1 and (not firm or _tells_of(found[1], heard, context.locale)):
        return None  # "une personne est allergique"
    return heard.keep(found)


def _fitting(slot: Slot, found: tuple[int, Span] | None) -> tuple[int, Span] | None:
    """A count, where it is within the slot's bounds."""
    return found if found and slot.minimum <= found[0] <= slot.maximum else None


def _told(heard: Utterance, context: Context, *, asked: bool) -> tuple[int, Span] | None:
    """The whole company, said before who they are, on second thought, or after."""
    folded, locale = heard.mask(), context.locale
    first = count_told_first(folded, locale)
    settled = find_settled(folded, locale) if asked and first is None else None
    return first or settled or _summed(heard, context)


def bare_count(
    slot: Slot, heard: Utterance, locale: str, *, asked: bool, summed: bool = True
) -> tuple[int, Span] | None:
    """How many: a whole that is said, its parts summed up, or a number.

    Args:
        slot: what is counted, its bounds and phrases.
        heard: the sentence, less what was already read from it.
        locale: its language.
        asked: whether it was just asked, so that a number alone counts.
        summed: whether a whole may be said (`let's say seven` may be an hour).
    """
    bounds = {"minimum": slot.minimum, "maximum": slot.maximum}
    total = find_count(heard, slot.totals if summed else (), locale, asked=False, **bounds)
    people = with_somebody(heard.text, heard.mask(), locale)
    members = count_members(people, locale) if slot.totals and not total else None
    settled = find_settled(heard.mask(), locale) if asked and not slot.totals else None
    found = total or members or _fitting(slot, settled)
    found = found or find_count(heard, slot.patterns, locale, asked=asked, **bounds)
    worded = None if found else find_choice(heard, slot.choices)
    return (int(worded[0]), worded[1]) if worded else found


def _summed(heard: Utterance, context: Context) -> tuple[int, Span] | None:
    """The whole company, where it is said after who they are."""
    folded = heard.mask()
    members = count_members(folded, context.locale)
    total = find_sum(
        folded, members[1][1] if members else None, context.locale, alone=context.alone
    )
    return None if total and members and total[0] < members[0] else total


def _may_be_an_hour(span: Span, heard: Utterance, locale: str) -> bool:
    """`We're down for nine, could it be eight?`: a bare number that may be no count."""
    words = lexicon(locale).words
    before, bare = ("|".join(words.get(key, ())) for key in ("count_not", "count_bare"))
    if not bare or re.fullmatch(rf"(?:{bare})\s+\d{{1,2}}", heard.folded[slice(*span)]) is None:
        return False
    return re.search(rf"(?<!\w)(?:{before})\s+$", heard.folded[: span[0]]) is not None


def _tells_of(span: Span, heard: Utterance, locale: str) -> bool:
    """`One of us is a vegetarian` counts nobody."""
    verbs = "|".join(map(re.escape, lexicon(locale).words.get("count_told_of", ()))) or "(?!)"
    return re.match(rf"\s*(?:{verbs})(?!\w)", heard.folded[span[1] :]) is not None


def _added(slot: Slot, heard: Utterance, context: Context) -> tuple[int, Span] | None:
    """How many more, or fewer, than were said before (`one person more`).

    Where it is not said of whom, nothing else may follow: `one more thing` counts nobody.
    """
    words = lexicon(context.locale).words
    folded = heard.mask()
    units = [one[8:] for one in slot.patterns if one.startswith("{value} ")]
    others = find_phrase(words.get("count_added_not", ()), folded)
    if not isinstance(context.values.get(slot.key), int) or not units or others:
        return None
    unit, then = rf"\s+{either(units)}(?!\w)", either(words.get("count_added_then", ()))
    ends = rf"(?=\s*(?:$|[,.;:!?…\0-])|\s+{then}(?!\w))"
    for key, sign in (("count_added", 1), ("count_taken", -1)):
        after, before = (either(words.get(one, ())) for one in (key, f"{key}_before"))
        count = r"(?P<n>\d{1,2})"
        for pattern in (
            rf"(?<!\w){before}\s+{count}(?:{unit}|{ends})",
            rf"(?<!\w){count}(?:{unit}\s+{after}(?!\w)|\s+{after}(?:{unit}|{ends}))",
        ):
            match = re.search(pattern, folded)
            if match:
                return sign * int(match["n"]), match.span()
    return None
