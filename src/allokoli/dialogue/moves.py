"""What comes next: the next question, the recap, or the last sentence."""

from collections.abc import Mapping
from typing import Any

from allokoli.dialogue import speaking
from allokoli.dialogue.form import Form, Goal, Lookup, Refusal, Slot
from allokoli.dialogue.speaking import Turn, Wanted
from allokoli.dialogue.state import Reply, State

MAX_ASKED = 5


def ask_next(form: Form, state: State, turn: Turn) -> tuple[State, Reply]:
    """Ask what is missing, or read everything back."""
    goal = form.goal(state.goal)
    if goal is None:
        turn.said.append(form.start)
        state.said = form.start
        return state, speaking.reply(form, state, turn)
    if goal.check:
        found = goal.check(state.values, turn.known)
        if isinstance(found, Lookup):
            raise Wanted(found)
        if isinstance(found, Refusal):
            _take_back(state, turn, found)
        elif found:
            state.values.update(found)
    missing = _still_worth_asking(form, state, turn, goal)
    if missing:
        state.phase = "collecting"
        keys = speaking.group(goal, state, missing)
        return speaking.ask(form, state, turn, keys)
    state.asking = []
    if goal.key == form.stuck_goal and state.values.keys().isdisjoint(goal.slots):
        return close(form, state, turn, "left", "left")  # an empty message from nobody
    if not goal.confirm or goal.recap is None:
        return finish(form, state, turn, goal)
    state.phase = "confirming"
    state.misses = 0
    recap = goal.recap(state.values)
    state.said = recap
    turn.said.append(recap)
    turn.decision = turn.decision or "recap"
    return state, speaking.reply(form, state, turn)


def _take_back(state: State, turn: Turn, refusal: Refusal) -> None:
    """Answers that cannot be kept together; others may be proposed instead."""
    for key in refusal.slots:
        state.values.pop(key, None)
        state.tries[key] = 0
    if refusal.slots:
        state.notes["refused"] = refusal.slots[-1]
    if refusal.proposal:
        state.notes["proposed"] = dict(refusal.proposal)
    turn.acknowledgement = ""
    turn.refusals.append(refusal.sentence)


def _still_worth_asking(form: Form, state: State, turn: Turn, goal: Goal) -> list[Slot]:
    """What is missing, less what was asked too often in vain: its default, or nothing."""
    found = speaking.missing(form, state, goal)
    for slot in found:
        if state.tries.get(slot.key, 0) < MAX_ASKED:
            continue
        if slot.default is None:
            speaking.skip(state, slot.key)
        else:
            state.values[slot.key] = slot.default
            turn.said.append(slot.proposal)
    return speaking.missing(form, state, goal)


def again(form: Form, state: State, turn: Turn) -> tuple[State, Reply]:
    """Ask what was being asked, in other words."""
    if state.phase == "confirming":
        goal = form.goal(state.goal)
        if goal and goal.recap and turn.decision == "repeat":
            turn.said.append(goal.recap(state.values))
        else:
            turn.said.append(speaking.wording(form, "confirm_again", state.misses))
        return state, speaking.reply(form, state, turn)
    slot = form.slot(state.asking[0]) if state.asking else None
    if slot is None:
        hint = speaking.wording(form, "start_hint", 0) if state.misses > 1 else ""
        opening = hint or form.start or state.said
        turn.said.append(state.said if state.phase == "correcting" else opening)
        return state, speaking.reply(form, state, turn)
    keys = [key for key in state.asking if key not in state.values]
    return speaking.ask(form, state, turn, keys or [slot.key])


def finish(form: Form, state: State, turn: Turn, goal: Goal) -> tuple[State, Reply]:
    result: Refusal | Mapping[str, Any] = {}
    if goal.commit:
        done = goal.commit(state.values, turn.known)
        if isinstance(done, Lookup):
            raise Wanted(done)
        result = done
    if isinstance(result, Refusal):
        _take_back(state, turn, result)
        return ask_next(form, state, turn)
    state.notes["result"] = dict(result)
    said = goal.closing(state.values, result) if goal.closing else ""
    outcome = "noted" if goal.at_once else "done"
    state.phase, state.outcome, state.asking = "closed", outcome, []
    state.said = said
    turn.action = goal.action
    return state, speaking.reply(form, state, turn.saying(said, f"done {goal.key}"), ended=True)


def close(form: Form, state: State, turn: Turn, outcome: str, wording: str) -> tuple[State, Reply]:
    said = speaking.wording(form, wording, 0)
    state.phase, state.outcome, state.asking = "closed", outcome, []
    state.said = said
    return state, speaking.reply(form, state, turn.saying(said, outcome), ended=True)
