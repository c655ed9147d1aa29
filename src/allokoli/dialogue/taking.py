"""What was understood, taken into the state of the conversation."""

from allokoli.dialogue import speaking
from allokoli.dialogue.form import Form
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.speaking import Turn, settled
from allokoli.dialogue.spelling_out import count_denials, keep_spelled
from allokoli.dialogue.state import LIMITS, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding

_WHEN = frozenset({"date", "time"})
_MAX_REFUSALS = 4


def take_leave(state: State, found: Understanding) -> None:
    """Who only asked and says goodbye wants no more: "I'll come by on Tuesday then, bye"."""
    only_asked = state.goal is None and bool(state.notes.get("asides"))
    if only_asked and found.social == "goodbye" and not found.question:
        found.goal = found.aside = None
        found.fills.clear()


def take_agreement(state: State, found: Understanding) -> None:
    """At the recap, what it says said again is a yes; what comes with a yes is courtesy.

    What was denied and is heard the same again is no yes.
    """
    if state.phase != "confirming":
        return
    again = found.answer is None and found.goal is not None and found.goal.key == state.goal
    same = {key for key, value in found.fills.items() if state.values.get(key) == value}
    repeats = same if found.fills and found.answer != "no" else again
    if found.answer is None and same & state.notes.get("denied", {}).keys():
        return
    if repeats and same == found.fills.keys() and not found.question:
        found.answer = "yes"
    if found.answer == "yes":
        for key in same:
            del found.fills[key]


def take_offer(form: Form, state: State, found: Understanding) -> bool:
    """A yes to "shall I take a message?" turns to that goal."""
    offer = state.notes.pop("offer", None)
    declined = lexicon(form.locale).words.get("offer_declined", ())
    if offer is not None and (
        find_phrase(declined, fold(found.words)) or found.social == "goodbye"
    ):
        found.answer = "no"  # "okay, I'll have a think", "no worries, cheers"
    if offer is None or found.answer != "yes" or found.goal:
        return False
    state.goal, state.phase = offer, "collecting"
    return form.goal(offer) is not None


def take_proposal(state: State, found: Understanding) -> None:
    """A yes to "would Tuesday suit you?" takes that day."""
    proposed = state.notes.pop("proposed", None)
    if proposed and found.answer == "yes" and not found.fills:
        found.fills.update(proposed)
        found.answer = None


def take_goal(form: Form, state: State, found: Understanding, turn: Turn) -> None:
    """What is wanted, said or implied by the first answers; the same as before changes nothing."""
    goal = found.goal
    only_asks = found.only_asks or (found.question and found.fills.keys() <= _WHEN)
    if goal is None and state.goal is None and only_asks:
        found.fills.clear()  # "are you there on Monday?" books nothing
    if goal is None and state.goal is None and found.fills:
        told = {key for key in found.fills if not found.aside or _counts(form, key)}
        wanted = [item for item in form.goals if item.implied_by & told]
        goal = next(iter(wanted), None if found.aside else form.goal(form.default_goal))
        if goal:
            state.goal, state.phase = goal.key, "collecting"
        return
    if goal is None:
        return
    if state.goal == goal.key and state.phase != "open":
        found.goal = None
        return
    state.goal, state.phase = goal.key, "collecting"
    state.notes.pop("intent", None)
    if goal.opening and speaking.next_missing(form, state, goal) and not found.fills:
        turn.said.append(goal.opening)


def _counts(form: Form, key: str) -> bool:
    """Whether an answer says what is wanted, even beside a question: words do not."""
    slot = form.slot(key)
    return slot is not None and slot.type not in {"text", "custom"}


def refused_too_often(state: State) -> bool:
    """Whether the same answers were refused again and again."""
    state.notes["refusals"] = state.notes.get("refusals", 0) + 1
    return bool(state.notes["refusals"] % _MAX_REFUSALS == 0)


def skip_refused(form: Form, state: State, found: Understanding) -> None:
    """ "Martin, but I would rather not give my number": not asked again."""
    if found.social != "refuse" or not found.fills:
        return
    kept_back = [found.mentioned] if found.mentioned in state.asking else state.asking
    for key in kept_back:
        if key and key not in state.values and form.slot(key):
            speaking.skip(state, key)


def take_notes(state: State, found: Understanding) -> None:
    """What is to be remembered; a whole number forgets its loose digits."""
    state.notes.update(found.notes)
    if "phone" in found.fills:
        state.notes.pop("digits", None)


def _take_limits(state: State, found: Understanding) -> None:
    """The hours between which a new hour may be moved; none, where none were said with it."""
    state.values.pop(LIMITS, None)
    if found.limits and any(found.limits):
        state.values[LIMITS] = list(found.limits)


def take_fills(form: Form, state: State, found: Understanding, turn: Turn) -> bool:
    """Keep the answers that pass their checks; say what is wrong with the others."""
    keep_spelled(state, found)
    before = dict(state.values)
    refused = False
    changed = "date" in found.fills and "time" not in found.fills
    recheck = {"time": state.values["time"]} if changed and "time" in state.values else {}
    fills = {**found.fills, **recheck}
    for key in sorted(fills, key=lambda name: (name != "date", name == "time")):
        slot = form.slot(key) or (form.refine(state.values).slot(key) if form.refine else None)
        check = slot.check if slot else None
        refusal = settled(check(fills[key], state.values, turn.known)) if check else None
        if refusal:
            refused = True
            state.values.pop(key, None)
            state.tries[key] = 0
            found.fills.pop(key, None)
            turn.refusals.append(refusal.sentence)
            state.notes["refused"] = key
            state.notes["refused_value"] = fills[key]
            if key == "time":
                state.notes.pop("part", None)  # "the same evening" was said of something else
            if refusal.proposal is not None:
                state.notes["proposed"] = {key: refusal.proposal}
            continue
        state.values[key] = fills[key]
        if state.notes.get("refused_value") != fills[key] and key in {"date", "time"}:
            state.notes.pop("refused_value", None)
        if key == "time" and key in found.fills:
            _take_limits(state, found)
        state.tries.pop(key, None)
    count_denials(state, before, found)
    kept = {key: value for key, value in found.fills.items() if before.get(key) != value}
    found.news = bool(kept) or any(key in state.asking for key in found.fills)
    corrected = any(key in before for key in kept)
    if form.acknowledge and found.news:
        shown = form.refine(state.values) if form.refine else form
        acknowledge = shown.acknowledge or form.acknowledge
        turn.acknowledgement = acknowledge(kept or found.fills, state.values, corrected)
    return refused
