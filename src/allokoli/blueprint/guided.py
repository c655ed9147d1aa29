"""The guided model: the answer of a blueprint's assistant, from what the caller said so far."""

from collections.abc import Sequence
from datetime import datetime

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.caller import caller_form
from allokoli.dialogue import Known, Reply, State, replay


def reply(
    blueprint: Blueprint,
    user_turns: Sequence[str],
    now: datetime,
    *,
    tools: frozenset[str] = frozenset(),
    known: Known | None = None,
) -> Reply:
    """What to say after the caller's last turn. See `conversation`."""
    return conversation(blueprint, user_turns, now, tools=tools, known=known)[1]


def conversation(
    blueprint: Blueprint,
    user_turns: Sequence[str],
    now: datetime,
    *,
    tools: frozenset[str] = frozenset(),
    known: Known | None = None,
) -> tuple[State, Reply]:
    """The state after the caller's last turn, and what to say.

    Args:
        blueprint: the assistant's blueprint.
        user_turns: everything the caller said, in order; "" is a silence. None said yet gives
            the greeting.
        now: when the call started, aware; the same for every turn of a call, so that the same
            conversation always gets the same answers.
        tools: names of the functions that can be called (`agenda_tools.NAMES`, and the name of a
            function that answers questions).
        known: what they gave so far, by `Lookup.key`.

    Returns:
        The state and the reply. A reply that holds a `lookup` is no sentence yet: call the
        function and ask again, with its result in `known`.
    """
    form = caller_form(blueprint, now, tools=tools)
    state, replies = replay(form, user_turns, now=now, locale=blueprint.language, known=known)
    return state, replies[-1]
