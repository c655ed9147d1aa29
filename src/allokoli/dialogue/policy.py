"""The one policy: from what was understood to what is said next, for owners and callers."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

from allokoli.dialogue import speaking
from allokoli.dialogue.form import Form, Goal, Slot
from allokoli.dialogue.speaking import Turn
from allokoli.dialogue.state import Reply, State
from allokoli.dialogue.text import clean
from allokoli.dialogue.understanding import Understanding, understand

_MAX_SILENCES = 3
_MAX_MISSES = 3
_MAX_TURNS = 120


def open_dialogue(form: Form, *, locale: str) -> tuple[State, Reply]:
    """Start a conversation: the form's welcome."""
    state = State(said=form.welcome)
    if form.default_goal and not form.start:
        goal = form.goal(form.default_goal)
        state.goal = form.default_goal
        state.phase = "collecting"
        first = speaking.next_missing(form, state, goal) if goal else None
        state.asking = [first.key] if first else []
    return state, speaking.reply(form, state, Turn(locale, [form.welcome], "welcome"))


def step(
    form: Form, state: State, text: object, *, now: datetime, locale: str
) -> tuple[State, Reply]:
    """Hear one sentence and answer it. The given state is left as it was.

    Args:
        form: what to find out.
        state: where the conversation stands.
        text: what was said; empty for a silence.
        now: the present, aware; relative dates count from it.
        locale: the language spoken.
    """
    state = deepcopy(state)
    current = form.refine(state.values) if form.refine else form
    turn = Turn(locale)
    if state.phase == "closed":
        return state, speaking.reply(current, state, turn.saying(state.said, "closed"), ended=True)
    state.turns += 1
    if not clean(text):
        return _silence(current, state, turn)
    state.silences = 0
    if state.turns > _MAX_TURNS:
        return _close(current, state, turn, "left", "left")
    found = understand(current, state, text, now=now, locale=locale)
    turn.heard = found.heard
    return _respond(form, current, state, found, turn)


def replay(
    form: Form, user_turns: Sequence[str], *, now: datetime, locale: str
) -> tuple[State, list[Reply]]:
    """A whole conversation again from what the person said, for serving without memory."""
    state, opening = open_dialogue(form, locale=locale)
    replies = [opening]
    for text in user_turns:
        state, answer = step(form, state, text, now=now, locale=locale)
        replies.append(answer)
    return state, replies


def _respond(
    form: Form, current: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    """The order in which what was understood is taken up."""
    if found.social == "restart" and form.default_goal and not form.start:
        state, _ = open_dialogue(form, locale=turn.locale)
        again = speaking.wording(form, "restarted", 0)
        return _ask_next(form, state, turn.saying(again, "restart"))
    if found.goal and found.goal.at_once:
        state.goal = found.goal.key
        return _finish(current, state, turn, found.goal)
    if found.social == "repeat" and not found.fills:
        said = speaking.wording(current, "repeat", state.turns)
        return _again(current, state, turn.saying(said, "repeat"))
    if found.social == "wait" and not found.fills and not found.goal:
        state.said = state.said or current.start
        said = speaking.wording(current, "wait", 0)
        return state, speaking.reply(current, state, turn.saying(said, "wait"))
    offered = _take_offer(current, state, found)
    _take_goal(current, state, found, turn)
    _take_notes(state, found)
    refusals = _take_fills(form, state, found, turn)
    current = form.refine(state.values) if form.refine else form
    if found.aside:
        return _answer_aside(current, state, found, turn)
    if state.phase in {"confirming", "correcting"} and not found.goal:
        return _confirming(current, state, found, turn)
    if found.fills or found.goal or offered or refusals:
        state.misses = 0
        return _ask_next(current, state, turn)
    return _without_answer(current, state, found, turn)


def _take_offer(form: Form, state: State, found: Understanding) -> bool:
    """A yes to "shall I take a message?" turns to that goal."""
    offer = state.notes.pop("offer", None)
    if offer is None or found.answer != "yes" or found.goal:
        return False
    state.goal, state.phase = offer, "collecting"
    return form.goal(offer) is not None


def _take_goal(form: Form, state: State, found: Understanding, turn: Turn) -> None:
    goal = found.goal
    if goal is None and state.goal is None and found.fills:
        wanted = [item for item in form.goals if item.implied_by & found.fills.keys()]
        goal = wanted[0] if wanted else form.goal(form.default_goal)
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


def _take_notes(state: State, found: Understanding) -> None:
    state.notes.update(found.notes)
    if "phone" in found.fills:
        state.notes.pop("digits", None)


def _take_fills(form: Form, state: State, found: Understanding, turn: Turn) -> bool:
    """Keep the answers that pass their checks; say what is wrong with the others."""
    before = dict(state.values)
    refused = False
    changed = "date" in found.fills and "time" not in found.fills
    recheck = {"time": state.values["time"]} if changed and "time" in state.values else {}
    fills = {**found.fills, **recheck}
    for key in sorted(fills, key=lambda name: (name != "date", name == "time")):
        slot = form.slot(key) or (form.refine(state.values).slot(key) if form.refine else None)
        sentence = slot.check(fills[key], state.values) if slot and slot.check else None
        if sentence:
            refused = True
            state.values.pop(key, None)
            state.tries[key] = 0
            found.fills.pop(key, None)
            turn.refusals.append(sentence)
            state.notes["refused"] = key
            continue
        state.values[key] = fills[key]
        state.tries.pop(key, None)
    kept = {key: value for key, value in found.fills.items() if before.get(key) != value}
    corrected = any(key in before for key in kept)
    if form.acknowledge and (kept or found.fills):
        shown = form.refine(state.values) if form.refine else form
        acknowledge = shown.acknowledge or form.acknowledge
        turn.acknowledgement = acknowledge(kept or found.fills, state.values, corrected)
    return refused


def _answer_aside(
    form: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    aside = found.aside
    if aside is None:
        return _ask_next(form, state, turn)
    state.misses = 0
    asked = state.notes.setdefault("asides", [])
    if aside.key not in asked and len(asked) < 50:  # noqa: PLR2004
        asked.append(aside.key)
    turn.said.append(aside.answer)
    turn.decision = f"aside {aside.key}"
    if aside.intent and (state.goal is None or aside.goal):
        state.notes["intent"] = aside.intent
    if aside.goal and form.goal(aside.goal):
        state.goal, state.phase = aside.goal, "collecting"
        turn.action = aside.intent
        return _ask_next(form, state, turn)
    if state.goal is None:
        turn.said.append(speaking.wording(form, "anything_else", state.turns))
        state.said, state.phase = turn.said[-1], "open"
        return state, speaking.reply(form, state, turn)
    if state.phase == "confirming" and not found.fills:
        turn.said.append(speaking.wording(form, "confirm_again", 0))
        return state, speaking.reply(form, state, turn)
    return _ask_next(form, state, turn)


def _confirming(
    form: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    goal = form.goal(state.goal)
    if goal is None:
        return _without_answer(form, state, found, turn)
    if found.fills:
        state.misses = 0
        return _ask_next(form, state, turn)
    if found.mentioned and found.answer != "yes":
        slot = form.slot(found.mentioned)
        if slot:
            state.values.pop(slot.key, None)
            state.phase = "collecting"
            return _ask_next(form, state, replace(turn, decision=f"change {slot.key}"))
    if found.answer == "yes" and state.phase == "confirming":
        return _finish(form, state, turn, goal)
    if found.answer == "no" or (found.answer == "yes" and state.phase == "correcting"):
        state.phase, state.asking = "correcting", []
        said = speaking.wording(form, "what_to_change", state.misses)
        state.misses += 1
        if state.misses <= _MAX_MISSES:
            state.said = said
            return state, speaking.reply(form, state, turn.saying(said, "what to change"))
    if found.social == "goodbye":
        return _close(form, state, turn, "left", "left")
    state.misses += 1
    if state.misses > _MAX_MISSES and "unconfirmed" in form.wording:
        return _close(form, state, turn, "unconfirmed", "unconfirmed")
    state.phase = "confirming"
    said = speaking.wording(form, "confirm_again", state.misses - 1)
    return state, speaking.reply(form, state, turn.saying(said, "not understood at recap"))


def _without_answer(
    form: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    """Nothing was answered: a proposal, a goodbye, a greeting, or not understood."""
    slot = form.slot(state.asking[0]) if state.asking else None
    if found.social == "goodbye" or (state.goal is None and found.answer == "no"):
        answered = bool(state.notes.get("asides"))
        key = "answered" if answered else "left"
        if key in form.wording:
            return _close(form, state, turn, key, key)
    if slot and (found.social in {"anything", "refuse"} or found.answer):
        moved = _propose(form, state, slot, found, turn)
        if moved:
            state.misses = 0
            current = form.refine(state.values) if form.refine else form
            return _ask_next(current, state, turn)
    if slot and slot.details and found.answer == "yes":
        state.said = slot.details
        state.asking = [slot.key]
        return state, speaking.reply(form, state, turn.saying(slot.details, "details"))
    if found.social == "insult":
        turn.said.append(speaking.wording(form, "polite", state.turns))
        return _again(form, state, replace(turn, decision="insult"))
    if state.goal is None and (found.social == "hello" or found.answer == "yes"):
        state.said = form.start
        return state, speaking.reply(form, state, turn.saying(form.start, "hello"))
    return _missed(form, state, found, turn)


def _propose(
    form: Form, state: State, slot: Slot, found: Understanding, turn: Turn
) -> bool:
    if found.answer == "yes" and slot.default is None:
        return False
    if slot.default is not None and found.social != "refuse" and found.answer != "no":
        state.values[slot.key] = slot.default
        turn.said.append(slot.proposal)
        turn.decision = f"default for {slot.key}"
        return True
    if found.social == "refuse" or not slot.required:
        speaking.skip(state, slot.key)
        turn.said.append(speaking.wording(form, "skipped", 0))
        turn.decision = f"skip {slot.key}"
        return True
    return False


def _missed(
    form: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    state.misses += 1
    slot = form.slot(state.asking[0]) if state.asking else None
    partial = found.notes.get("digits")
    if slot and partial and slot.type == "phone" and state.misses < _MAX_MISSES:
        said = speaking.wording(form, "digits_missing", state.misses - 1)
        state.said = said
        return state, speaking.reply(form, state, turn.saying(said, "unfinished number"))
    if state.misses < _MAX_MISSES:
        key = "unknown_question" if found.question and not slot else "not_understood"
        if found.question and slot and "unknown_question" in form.wording:
            key = "unknown_question"
        turn.said.append(speaking.wording(form, key, state.misses - 1))
        if key == "unknown_question" and state.goal is None and form.stuck_goal:
            state.notes["offer"] = form.stuck_goal
            turn.said.append(speaking.wording(form, "offer_message", 0))
            state.said = turn.said[-1]
            return state, speaking.reply(form, state, replace(turn, decision=key))
        return _again(form, state, replace(turn, decision=key))
    return _stuck(form, state, slot, turn)


def _stuck(form: Form, state: State, slot: Slot | None, turn: Turn) -> tuple[State, Reply]:
    """After several sentences not understood: another way, never the same one again."""
    state.misses = 0
    turn.decision = "stuck"
    if slot and not slot.required:
        speaking.skip(state, slot.key)
        return _ask_next(form, state, turn)
    if form.stuck_goal and state.goal != form.stuck_goal:
        state.notes.setdefault("intent", state.goal or "message")
        state.goal, state.phase = form.stuck_goal, "collecting"
        turn.said.append(speaking.wording(form, "stuck", 0))
        return _ask_next(form, state, turn)
    if slot and slot.default is not None:
        state.values[slot.key] = slot.default
        turn.said.append(slot.proposal)
        return _ask_next(form.refine(state.values) if form.refine else form, state, turn)
    if slot and form.stuck_goal:
        speaking.skip(state, slot.key)
        return _ask_next(form, state, turn)
    turn.said.append(speaking.wording(form, "not_understood", state.turns))
    return _again(form, state, turn)


def _silence(form: Form, state: State, turn: Turn) -> tuple[State, Reply]:
    state.silences += 1
    if state.silences >= _MAX_SILENCES and "silence_end" in form.wording:
        return _close(form, state, turn, "silence", "silence_end")
    turn.said.append(speaking.wording(form, "silence", state.silences - 1))
    turn.decision = "silence"
    return _again(form, state, turn)


def _again(form: Form, state: State, turn: Turn) -> tuple[State, Reply]:
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
        turn.said.append(state.said if state.phase == "correcting" else form.start or state.said)
        return state, speaking.reply(form, state, turn)
    keys = [key for key in state.asking if key not in state.values]
    return speaking.ask(form, state, turn, keys or [slot.key])


def _ask_next(form: Form, state: State, turn: Turn) -> tuple[State, Reply]:
    """Ask what is missing, or read everything back."""
    goal = form.goal(state.goal)
    if goal is None:
        turn.said.append(form.start)
        state.said = form.start
        return state, speaking.reply(form, state, turn)
    missing = speaking.missing(form, state, goal)
    if missing:
        state.phase = "collecting"
        keys = speaking.group(goal, state, missing)
        return speaking.ask(form, state, turn, keys)
    state.asking = []
    if not goal.confirm or goal.recap is None:
        return _finish(form, state, turn, goal)
    state.phase = "confirming"
    state.misses = 0
    recap = goal.recap(state.values)
    state.said = recap
    turn.said.append(recap)
    turn.decision = turn.decision or "recap"
    return state, speaking.reply(form, state, turn)


def _finish(form: Form, state: State, turn: Turn, goal: Goal) -> tuple[State, Reply]:
    said = goal.closing(state.values) if goal.closing else ""
    state.phase, state.outcome, state.asking = "closed", "done", []
    state.said = said
    turn.action = goal.action
    return state, speaking.reply(form, state, turn.saying(said, f"done {goal.key}"), ended=True)


def _close(
    form: Form, state: State, turn: Turn, outcome: str, wording: str
) -> tuple[State, Reply]:
    said = speaking.wording(form, wording, 0)
    state.phase, state.outcome, state.asking = "closed", outcome, []
    state.said = said
    return state, speaking.reply(form, state, turn.saying(said, outcome), ended=True)
