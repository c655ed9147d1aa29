"""The guided model: the answer of a blueprint's assistant, from what the caller said so far."""

from collections.abc import Sequence
from datetime import datetime

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.caller import caller_form
from allokoli.dialogue import Reply, State, replay


def reply(blueprint: Blueprint, user_turns: Sequence[str], now: datetime) -> Reply:
    """What to say after the caller's last turn.

    Args:
        blueprint: the assistant's blueprint.
        user_turns: everything the caller said, in order; "" is a silence. None said yet gives
            the greeting.
        now: when the call started, aware; the same for every turn of a call, so that the same
            conversation always gets the same answers.
    """
    return conversation(blueprint, user_turns, now)[1]


def conversation(
    blueprint: Blueprint, user_turns: Sequence[str], now: datetime
) -> tuple[State, Reply]:
    """The state after the caller's last turn, and what to say."""
    form = caller_form(blueprint, now)
    state, replies = replay(form, user_turns, now=now, locale=blueprint.language)
    return state, replies[-1]
