"""When a sentence gave no answer: proposals, silences, and sentences not understood."""

from dataclasses import replace

from allokoli.dialogue import speaking
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.moves import MAX_ASKED, again, ask_next, close
from allokoli.dialogue.speaking import Turn
from allokoli.dialogue.state import Reply, State
from allokoli.dialogue.understood import Understanding

_MAX_SILENCES = 3
_MAX_MISSES = 3
_SHORT_WORDS = 5


def silence(form: Form, state: State, turn: Turn) -> tuple[State, Reply]:
    state.silences += 1
    if state.silences >= _MAX_SILENCES and "silence_end" in form.wording:
        return close(form, state, turn, "silence", "silence_end")
    turn.said.append(speaking.wording(form, "silence", state.silences - 1))
    turn.decision = "silence"
    return again(form, state, turn)


def propose(form: Form, state: State, slot: Slot, found: Understanding, turn: Turn) -> bool:
    if found.answer == "yes" and slot.default is None:
        return False
    story = slot.verbatim and len(found.words.split()) > _SHORT_WORDS
    agreed = found.answer == "yes" and not found.social and not story
    accepted = found.social == "anything" or agreed
    if slot.default is not None and accepted:
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


def missed(form: Form, state: State, found: Understanding, turn: Turn) -> tuple[State, Reply]:
    state.misses += 1
    slot = form.slot(state.asking[0]) if state.asking else None
    partial = found.notes.get("digits")
    if slot and partial and slot.type == "phone" and state.misses < _MAX_MISSES:
        said = speaking.wording(form, "digits_missing", state.misses - 1)
        state.said = said
        return state, speaking.reply(form, state, turn.saying(said, "unfinished number"))
    if found.question and form.consult:
        answer = speaking.settled(form.consult(found.words, turn.known))
        if answer:
            state.misses = 0
            turn.said.append(answer)
            turn.decision = "consult"
            return ask_next(form, state, turn) if state.goal else again(form, state, turn)
    if state.misses < _MAX_MISSES:
        key = "unknown_question" if found.question and not slot else "not_understood"
        if found.question and slot and "unknown_question" in form.wording:
            key = "unknown_question"
        turn.said.append(speaking.wording(form, key, state.misses - 1))
        if key == "unknown_question" and state.goal is None and form.stuck_goal:
            state.notes["offer"] = form.stuck_goal
            state.notes.setdefault("intent", "question")
            turn.said.append(speaking.wording(form, "offer_message", 0))
            state.said = turn.said[-1]
            return state, speaking.reply(form, state, replace(turn, decision=key))
        return again(form, state, replace(turn, decision=key))
    return stuck(form, state, slot, turn)


def nothing_new(form: Form, state: State, slot: Slot | None, turn: Turn) -> tuple[State, Reply]:
    """Thanks, or what was known already: what is missing is asked for again, not for ever."""
    if slot and state.tries.get(slot.key, 0) >= MAX_ASKED:
        return stuck(form, state, slot, turn)
    return ask_next(form, state, replace(turn, decision="nothing new"))


def stuck(form: Form, state: State, slot: Slot | None, turn: Turn) -> tuple[State, Reply]:
    """After several sentences not understood: another way, never the same one again."""
    state.misses = 0
    turn.decision = "stuck"
    if slot and not slot.required:
        speaking.skip(state, slot.key)
        return ask_next(form, state, turn)
    if slot and _can_wait(slot) and "later" in form.wording:
        speaking.skip(state, slot.key)
        turn.said.append(speaking.wording(form, "later", 0))
        return ask_next(form, state, turn)
    if form.stuck_goal and state.goal != form.stuck_goal:
        state.notes.setdefault("intent", state.goal or "message")
        if slot and state.goal:
            state.notes["stuck_at"] = {"goal": state.goal, "slot": slot.key}
        state.goal, state.phase = form.stuck_goal, "collecting"
        turn.said.append(speaking.wording(form, "stuck", 0))
        return ask_next(form, state, turn)
    if slot and slot.default is not None:
        state.values[slot.key] = slot.default
        turn.said.append(slot.proposal)
        return ask_next(form.refine(state.values) if form.refine else form, state, turn)
    if slot and form.stuck_goal:
        speaking.skip(state, slot.key)
        return ask_next(form, state, turn)
    turn.said.append(speaking.wording(form, "not_understood", state.turns))
    return again(form, state, turn)


def take_up_again(form: Form, state: State, found: Understanding) -> None:
    """What was given up is wanted still, once the one answer that was missing is understood."""
    stuck_at = state.notes.get("stuck_at")
    if not stuck_at or found.goal or state.goal != form.stuck_goal:
        return
    if stuck_at["slot"] in found.fills:
        del state.notes["stuck_at"]
        state.goal, state.phase = stuck_at["goal"], "collecting"


def _can_wait(slot: Slot) -> bool:
    """Whether a request stands without it, so that a date of birth never costs an appointment."""
    return slot.past or (slot.type in {"text", "email", "choice", "yes_no"} and not slot.verbatim)
