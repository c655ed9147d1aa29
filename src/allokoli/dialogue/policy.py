"""The one policy: from what was understood to what is said next, for owners and callers."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

from allokoli.dialogue import speaking
from allokoli.dialogue.entities.answers import says_only_thanks
from allokoli.dialogue.form import Form, Known, Slot
from allokoli.dialogue.languages import spoken_language
from allokoli.dialogue.moves import again, ask_next, close, finish
from allokoli.dialogue.recovery import missed, nothing_new, propose, silence, stuck, take_up_again
from allokoli.dialogue.speaking import Turn, Wanted
from allokoli.dialogue.spelling_out import asks_to_spell, count_denial, hear_spelling
from allokoli.dialogue.state import AT_RECAP, Heard, Reply, State, Trace
from allokoli.dialogue.taking import (
    refused_too_often,
    skip_refused,
    take_agreement,
    take_fills,
    take_goal,
    take_leave,
    take_notes,
    take_offer,
    take_proposal,
)
from allokoli.dialogue.text import clean, fold
from allokoli.dialogue.understanding import understand
from allokoli.dialogue.understood import Understanding

_MAX_MISSES = 3
_SHORT_WORDS = 4
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
    form: Form,
    state: State,
    text: object,
    *,
    now: datetime,
    locale: str,
    known: Known | None = None,
) -> tuple[State, Reply]:
    """Hear one sentence and answer it. The given state is left as it was.

    Args:
        form: what to find out.
        state: where the conversation stands.
        text: what was said; empty for a silence.
        now: the present, aware; relative dates count from it.
        locale: the language spoken at the start.
        known: what lookups gave so far, by `Lookup.key`.

    Returns:
        The new state and the reply; or the same state and a reply that holds a `lookup` only.
    """
    try:
        return _step(
            form, deepcopy(state), text, now, Turn(state.locale or locale, known=known or {})
        )
    except Wanted as wanted:
        trace = Trace(decision=f"look up {wanted.lookup.name}")
        return state, Reply("", trace=trace, locale=state.locale or locale, lookup=wanted.lookup)


def _step(form: Form, state: State, text: object, now: datetime, turn: Turn) -> tuple[State, Reply]:
    form = _in_language_of(form, state, text, turn)
    current = form.refine(state.values) if form.refine else form
    if state.phase == "closed":
        return state, speaking.reply(current, state, turn.saying(state.said, "closed"), ended=True)
    state.turns += 1
    if not clean(text):
        return silence(current, state, turn)
    state.silences = 0
    if state.turns > _MAX_TURNS:
        return close(current, state, turn, "left", "left")
    found = hear_spelling(state, text, turn.locale) or understand(
        current, state, text, now=now, locale=turn.locale
    )
    turn.heard += found.heard
    take_leave(state, found)
    if _was_warned(current, state, found):
        return close(current, state, turn, "answered", "answered")
    return _respond(form, current, state, found, turn)


def _in_language_of(form: Form, state: State, text: object, turn: Turn) -> Form:
    """The form in the language the person has just spoken, when it has it."""
    translated = form.translated
    if translated is None:
        return form
    spoken = spoken_language(clean(text), form.languages, turn.locale)
    if spoken != turn.locale:
        turn.heard.append(Heard("language", spoken, words=clean(text)))
        state.locale = turn.locale = spoken
        form = translated(spoken)
        state.said = form.start
        return form
    return form if form.locale == spoken else translated(spoken)


def replay(
    form: Form,
    user_turns: Sequence[str],
    *,
    now: datetime,
    locale: str,
    known: Known | None = None,
) -> tuple[State, list[Reply]]:
    """A whole conversation again from what the person said, for serving without memory.

    It stops at the first turn that needs a lookup: the last reply then holds it.
    """
    state, opening = open_dialogue(form, locale=locale)
    replies = [opening]
    for text in user_turns:
        state, answer = step(form, state, text, now=now, locale=locale, known=known)
        replies.append(answer)
        if answer.lookup:
            break
    return state, replies


def _respond(  # noqa: PLR0911  (one way out a case)
    form: Form, current: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    """The order in which what was understood is taken up."""
    if found.social == "restart" and form.default_goal and not form.start:
        state, _ = open_dialogue(form, locale=turn.locale)
        said = speaking.wording(form, "restarted", 0)
        fresh = form.refine(state.values) if form.refine else form
        return ask_next(fresh, state, turn.saying(said, "restart"))
    if found.aside and found.aside.at_once:
        return _answer_aside(current, state, found, turn)
    if found.goal and found.goal.at_once:
        state.goal = found.goal.key
        return finish(current, state, turn, found.goal)
    again_please = found.social == "repeat" and not (state.phase == "confirming" and found.answer)
    if again_please and not (found.fills or found.aside or found.goal):
        said = speaking.wording(current, "repeat", state.turns)
        return again(current, state, turn.saying(said, "repeat"))
    if found.social == "wait" and not (found.fills or found.aside or found.goal):
        state.said = state.said or current.start
        said = speaking.wording(current, "wait", 0)
        return state, speaking.reply(current, state, turn.saying(said, "wait"))
    take_agreement(state, found)
    offered = take_offer(current, state, found)
    take_proposal(state, found)
    take_goal(current, state, found, turn)
    take_notes(state, found)
    refusals = take_fills(form, state, found, turn)
    take_up_again(form, state, found)
    current = form.refine(state.values) if form.refine else form
    if found.aside and not _was_answered(state, found):
        return _answer_aside(current, state, found, turn)
    if state.phase in AT_RECAP and not found.goal:
        return _confirming(current, state, found, turn)
    skip_refused(current, state, found)
    if refusals and not found.news and refused_too_often(state):
        return stuck(current, state, current.slot(state.notes.pop("refused", "")), turn)
    if found.news or found.goal or offered or refusals:
        state.misses = 0
        return ask_next(current, state, turn)
    return _without_answer(current, state, found, turn)


def _was_answered(state: State, found: Understanding) -> bool:
    """Whether a yes to the recap comes with words that had their answer already."""
    asked = state.notes.get("asides", ())
    return bool(
        found.aside
        and found.aside.key in asked
        and found.answer == "yes"
        and state.phase == "confirming"
    )


def _was_warned(form: Form, state: State, found: Understanding) -> bool:
    """Whether somebody who was told to call for help agrees: nothing else is to be done then."""
    last = state.notes.get("asides", [])[-1:]
    warned = any(aside.at_once and aside.key in last for aside in form.asides)
    agrees = found.answer == "yes" or found.social == "goodbye"
    wants = found.aside or found.goal or found.question
    return warned and state.goal is None and agrees and not wants


def _answer_aside(
    form: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    aside = found.aside
    if aside is None:
        return ask_next(form, state, turn)
    state.misses = 0
    asked = state.notes.setdefault("asides", [])
    if aside.key not in asked and len(asked) < 50:  # noqa: PLR2004
        asked.append(aside.key)
    turn.said.append(aside.answer)
    turn.decision = f"aside {aside.key}"
    turn.action = aside.action
    state.values.update(aside.fills)
    if aside.intent and (state.goal is None or aside.goal or aside.at_once):
        state.notes["intent"] = aside.intent
    if aside.at_once:
        state.said = aside.answer
        return state, speaking.reply(form, state, turn)
    if aside.goal and form.goal(aside.goal):
        state.goal, state.phase = aside.goal, "collecting"
        turn.action = aside.action or aside.intent
        return ask_next(form, state, turn)
    if state.goal is None:
        turn.said.append(speaking.wording(form, "anything_else", state.turns))
        state.said, state.phase = turn.said[-1], "open"
        return state, speaking.reply(form, state, turn)
    if state.phase == "confirming" and not found.fills:
        turn.said.append(speaking.wording(form, "confirm_again", 0))
        return state, speaking.reply(form, state, turn)
    return ask_next(form, state, turn)


def _confirming(form: Form, state: State, found: Understanding, turn: Turn) -> tuple[State, Reply]:  # noqa: PLR0911  (one way out a case)
    goal = form.goal(state.goal)
    if goal is None:
        return _without_answer(form, state, found, turn)
    if found.fills:
        state.misses = 0
        return asks_to_spell(form, state, turn) or ask_next(form, state, turn)
    if found.mentioned and (found.answer != "yes" or state.phase == "correcting"):
        slot = form.slot(found.mentioned)
        if slot:
            return _ask_anew(form, state, slot, turn)
    if found.answer == "yes" and state.phase == "confirming":
        return finish(form, state, turn, goal)
    if found.social == "goodbye" and found.answer != "yes":
        return close(form, state, turn, "left", "left")
    if found.answer == "no" and state.phase == "confirming":
        state.phase, state.asking = "correcting", []
        said = speaking.wording(form, "what_to_change", state.misses)
        state.misses += 1
        if state.misses <= _MAX_MISSES:
            state.said = said
            return state, speaking.reply(form, state, turn.saying(said, "what to change"))
    state.misses += 1
    if state.misses > _MAX_MISSES and "unconfirmed" in form.wording:
        return close(form, state, turn, "unconfirmed", "unconfirmed")
    state.phase = "confirming"
    said = speaking.wording(form, "confirm_again", state.misses - 1)
    return state, speaking.reply(form, state, turn.saying(said, "not understood at recap"))


def _ask_anew(form: Form, state: State, slot: Slot, turn: Turn) -> tuple[State, Reply]:
    """What was read back wrong, asked once more."""
    count_denial(state, slot.key)
    spelling = asks_to_spell(form, state, turn)
    if spelling:
        return spelling
    state.values.pop(slot.key, None)
    state.phase = "collecting"
    return ask_next(form, state, replace(turn, decision=f"change {slot.key}"))


def _without_answer(  # noqa: PLR0911  (one way out a case)
    form: Form, state: State, found: Understanding, turn: Turn
) -> tuple[State, Reply]:
    """Nothing was answered: a proposal, a goodbye, a greeting, or not understood."""
    slot = form.slot(state.asking[0]) if state.asking else None
    opens = state.turns == 1 and len(found.words.split()) > _SHORT_WORDS  # `אני לא מבינה למה…`
    declines = state.goal is None and found.answer == "no" and not opens
    if found.social == "goodbye" or declines:
        answered = bool(state.notes.get("asides"))
        key = "answered" if answered else "left"
        if key in form.wording:
            return close(form, state, turn, key, key)
    if state.goal == form.stuck_goal and slot and slot.verbatim and found.answer == "no":
        return close(form, state, turn, "left", "left")
    if slot and (found.social in {"anything", "refuse"} or found.answer):
        moved = propose(form, state, slot, found, turn)
        if moved:
            state.misses = 0
            current = form.refine(state.values) if form.refine else form
            return ask_next(current, state, turn)
    if slot and slot.details and found.answer == "yes":
        state.said = slot.details
        state.asking = [slot.key]
        return state, speaking.reply(form, state, turn.saying(slot.details, "details"))
    if found.social == "insult":
        turn.said.append(speaking.wording(form, "polite", state.turns))
        return again(form, state, replace(turn, decision="insult"))
    greets = found.social == "hello" or found.answer == "yes"
    if state.goal is None and greets and state.misses < _MAX_MISSES:
        state.misses += state.said == form.start
        state.said = form.start
        return state, speaking.reply(form, state, turn.saying(form.start, "hello"))
    if found.fills or says_only_thanks(fold(found.words), turn.locale):
        return nothing_new(form, state, slot, turn)
    return missed(form, state, found, turn)
