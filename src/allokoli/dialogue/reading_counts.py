"""Reading how many: a count, a sum, one more or fewer."""

import re

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.free_text import find_choice
from allokoli.dialogue.entities.members import count_members, count_told_first, with_somebody
from allokoli.dialogue.entities.numbers import find_count, find_settled, find_sum
from allokoli.dialogue.form import Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance


def given_count(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> int | None:
    """How many, where the wording says that they are counted (`four of us`, `one more`)."""
    told = asked or context.correcting
    first = count_told_first(heard.mask(), context.locale) if told and slot.totals else None
    first = first or (find_settled(heard.mask()) if asked and slot.totals else None)
    first = first or (_summed(heard, context) if told and slot.totals else None)
    summed = told or slot.key not in context.values  # "let's say seven" may be the hour
    found = first or bare_count(slot, heard, context.locale, asked=False, summed=summed)
    firm = asked or context.correcting or slot.key not in context.values
    if found and not asked and _may_be_an_hour(found[1], heard, context.locale):
        return None
    if found and found[0] == 1 and (not firm or _tells_of(found[1], heard, context.locale)):
        return None  # "une personne est allergique"
    more = heard.keep(_added(slot, heard, context))
    if more is not None:
        return max(int(context.values[slot.key]) + int(more), slot.minimum)
    return heard.keep(found)


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
    total = find_count(heard, slot.totals if summed else (), asked=False, **bounds)
    people = with_somebody(heard.text, heard.mask(), locale)
    members = count_members(people, locale) if slot.totals and not total else None
    found = total or members or find_count(heard, slot.patterns, asked=asked, **bounds)
    worded = None if found else find_choice(heard, slot.choices)
    return (int(worded[0]), worded[1]) if worded else found


def _summed(heard: Utterance, context: Context) -> tuple[int, Span] | None:
    """The whole company, where it is said after who they are."""
    folded = heard.mask()
    members = count_members(folded, context.locale)
    total = find_sum(folded, members[1][1] if members else None, alone=context.alone)
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
    """How many more, or fewer, than were said before (`one person more`)."""
    words = lexicon(context.locale).words
    if not isinstance(context.values.get(slot.key), int):
        return None
    units = "|".join(
        re.escape(fold(one[8:])) for one in slot.patterns if one.startswith("{value} ")
    )
    for key, sign in (("count_added", 1), ("count_taken", -1)):
        after = "|".join(map(re.escape, map(fold, words.get(key, ())))) or "(?!)"
        before = "|".join(map(re.escape, map(fold, words.get(f"{key}_before", ())))) or "(?!)"
        count = rf"(?P<n>\d{{1,2}})(?:\s+(?:{units}))?"
        either = rf"(?<!\w)(?:{before})\s+{count}(?!\w)", rf"(?<!\w){count}\s+(?:{after})(?!\w)"
        for pattern in either if units else ():
            match = re.search(pattern, heard.mask())
            if match:
                return sign * int(match["n"]), match.span()
    return None
