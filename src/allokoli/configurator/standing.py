"""What an owner asks of the conversation itself: undo, where it stands, a topic dropped."""

from copy import deepcopy

from allokoli.configurator.commands import words_of
from allokoli.configurator.form import GOAL, owner_form
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.owner_state import OwnerState
from allokoli.configurator.recap import known_lines
from allokoli.dialogue import Reply
from allokoli.dialogue.moves import ask_next
from allokoli.dialogue.speaking import Turn, ask, missing, wording


def obey(state: OwnerState, command: str) -> tuple[OwnerState, Reply]:
    """Do what a command says.

    Args:
        state: where the conversation stands.
        command: `undo` or `standing`.
    """
    return _undo(state) if command == "undo" else _tell_standing(state)


def _undo(state: OwnerState) -> tuple[OwnerState, Reply]:
    """The answers as they were before the last change, and the question that follows."""
    dialogue, history = deepcopy(state.dialogue), list(state.history)
    said = words_of("undo", "said" if history else "nothing", state.locale)[0]
    if history:
        dialogue.values = deepcopy(history.pop())
        dialogue.notes.pop("skipped", None)
    dialogue.phase, dialogue.asking, dialogue.goal = "collecting", [], GOAL
    dialogue.misses = 0
    form = owner_form(state.locale, dialogue.values, wanted=state.wanted)
    dialogue, reply = ask_next(form, dialogue, Turn(state.locale, [said], "undo"))
    return OwnerState(state.locale, dialogue, list(state.wanted), history), reply


def _tell_standing(state: OwnerState) -> tuple[OwnerState, Reply]:
    """What is known so far, how much is left, and the question again."""
    dialogue = deepcopy(state.dialogue)
    form = owner_form(state.locale, dialogue.values, wanted=state.wanted)
    turn = Turn(state.locale, [], "repeat standing")
    goal = form.goal(GOAL)
    if state.status == "collecting" and goal is not None:
        lines = known_lines(owner_data(state.locale), dialogue.values, state.locale)
        said = words_of("standing", "said" if lines else "nothing", state.locale)[0]
        many, one = words_of("standing", "left", state.locale)
        count = len(missing(form, dialogue, goal))
        left = one if count == 1 else many.format(count=count) if count else ""
        turn.said.append("\n".join([said, *lines, left]).strip() + "\n")
    asking = list(dialogue.asking)
    if state.status == "collecting" and asking:
        dialogue, reply = ask(form, dialogue, turn, asking)
    else:
        dialogue, reply = ask_next(form, dialogue, turn)
    return OwnerState(state.locale, dialogue, list(state.wanted), list(state.history)), reply


def without(state: OwnerState, topic: str) -> tuple[OwnerState, Reply]:
    """The answers less a topic that the owner takes away, and the recap.

    Args:
        state: where the conversation stands.
        topic: what is taken away.
    """
    heard = OwnerState(
        state.locale, deepcopy(state.dialogue), list(state.wanted), list(state.history)
    )
    dialogue = heard.dialogue
    heard.remember(dialogue.values)
    dialogue.values = {key: value for key, value in dialogue.values.items() if key != topic}
    dialogue.phase, dialogue.asking, dialogue.misses = "collecting", [], 0
    form = owner_form(state.locale, dialogue.values, wanted=state.wanted)
    said = wording(form, "fixed", 0)
    heard.dialogue, reply = ask_next(form, dialogue, Turn(state.locale, [said], f"drop {topic}"))
    return heard, reply
