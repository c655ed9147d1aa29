"""Days named within others that were only said vaguely (`next week… Thursday, then`)."""

import re
from datetime import date, timedelta
from typing import Any

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.dates import find_vague_days
from allokoli.dialogue.entities.when_patterns import names
from allokoli.dialogue.form import Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.state import State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance

_AROUND = "around"
_FEW_DAYS = 14


def day_meant(
    value: Any,
    slot: Slot,
    segment: Utterance,
    context: Context,
    state: State,
    found: Understanding,
) -> Any:
    """The day read, within the days said before it; None where vague ones replace it.

    Args:
        value: the day as it was read, ISO; None when none was.
        slot: what it answers; another than a day to come is given back.
        segment: the part of the sentence it was read from, its words marked as used.
        context: what reading depends on.
        state: where the conversation stands; holds the days said before.
        found: completed with the days said now.
    """
    if slot.type != "date" or slot.past:
        return value
    vague = find_vague_days(segment, context.today, context.locale)
    if vague and (value is None or segment.used):
        first, last = vague[0].not_before, vague[0].not_after
        told = "date" not in state.asking and first and last and (last - first).days > _FEW_DAYS
        if first and last and not told:  # "I left in July"
            found.notes[_AROUND] = [first.isoformat(), last.isoformat()]
        moved = context.newest and value is not None and vague[1][0] > segment.used[-1][0]
        return None if moved else value
    around = state.notes.get(_AROUND)
    if value is None or not around:
        return value
    if not segment.used:
        return max(value, around[0])  # the soonest, of those days
    words = fold(segment.text[slice(*segment.used[-1])]).split()
    if set(words) & set(lexicon(context.locale).time.get("this_one", ())):
        return value  # "it runs out next week… this Saturday, then"
    return _within(date.fromisoformat(value), words[-1] if words else "", around, context.locale)


def _within(day: date, word: str, around: list[str], locale: str) -> str:
    """The day of that name or number among those said before, if there is one."""
    first, last = map(date.fromisoformat, around)
    named = word in names("weekdays", locale)
    numbered = re.fullmatch(r"\d{1,2}", word) is not None
    if first <= day <= last or not (named or numbered):
        return day.isoformat()
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    same = (
        one for one in days if (one.weekday() == day.weekday() if named else one.day == day.day)
    )
    return next(same, day).isoformat()
