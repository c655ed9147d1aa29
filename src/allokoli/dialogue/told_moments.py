"""The day or hour that is meant, among those a sentence tells of."""

from typing import Any

from allokoli.dialogue.context import Context
from allokoli.dialogue.entities.dates import find_date, year_again
from allokoli.dialogue.form import Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.reading import read_given
from allokoli.dialogue.state import State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance
from allokoli.dialogue.vague_days import day_meant


def value_told(
    slot: Slot, segment: Utterance, context: Context, state: State, found: Understanding
) -> Any:
    """The slot's value where its wording gives it away, a year put right taken up."""
    value = _wished(slot, segment, context, state, found)
    if value is None:
        value = read_given(slot, segment, context, asked=slot.key in state.asking)
    if value is None:
        value = _called_off(slot, segment, context, state, found)
    value = day_meant(value, slot, segment, context, state, found)
    if value is None or not slot.past:
        return value
    return year_again(value, segment.folded[segment.used[-1][1] :], context.locale)


def _called_off(
    slot: Slot, segment: Utterance, context: Context, state: State, found: Understanding
) -> Any:
    """The day that does not suit, where it is what is called off (`I can't do Tuesday, cancel`)."""
    goal = found.goal or context.form.goal(state.goal)
    if slot.type != "date" or slot.past or goal is None or goal.key != "cancel":
        return None
    day = find_date(segment, context.today, context.locale, told=True)
    if day is None:
        return None
    segment.use(day[1])
    return day[0].isoformat()


def _wished(
    slot: Slot, segment: Utterance, context: Context, state: State, found: Understanding
) -> Any:
    """The day or hour said after the wish of an opening, rather than in the story before it
    (`I'm back on Monday, could I come in on Thursday?`)."""
    usual = found.goal is None or found.goal.key == context.form.default_goal
    if state.goal is not None or slot.type not in {"date", "time"} or slot.past or not usual:
        return None
    words = lexicon(context.locale).words
    starts = [one for key in ("requests", "wants", "wish_starts") for one in words.get(key, ())]
    wish = find_phrase(starts, segment.raw_folded)
    said = segment.raw.find(found.goal_words) if found.goal_named else 0
    at = wish[0] if wish else max(said, 0)
    if not at:
        return None
    before = 0, segment.from_raw((at, at))[0]
    segment.use(before)
    value = read_given(slot, segment, context, asked=False)
    segment.used.remove(before)
    if value is None or slot.type != "date" or not segment.used:
        return value
    leaving = lexicon(context.locale).time.get("until", ())
    lead = segment.folded[: segment.used[-1][0]].rstrip()
    if any(lead.endswith(f" {fold(one)}") for one in leaving):
        segment.used.pop()  # "I'd like to stay until the twenty-third"
        return None
    return value
