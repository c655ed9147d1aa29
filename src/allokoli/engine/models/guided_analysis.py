"""What a finished call gave, found by the dialogue that held it."""

from datetime import datetime
from typing import Any

from allokoli.blueprint import Blueprint
from allokoli.blueprint.analysis import structured_data, success, summary
from allokoli.blueprint.guided import conversation
from allokoli.dialogue import Known

_MOST_UNANSWERED = 20


def analyse(
    blueprint: Blueprint,
    turns: list[str],
    now: datetime,
    tools: frozenset[str],
    known: Known,
) -> dict[str, Any]:
    """Summary, structured data and success of a call, by Vapi's names.

    Args:
        blueprint: of the assistant.
        turns: what the caller said.
        now: when the call began, aware, in the callers' time zone.
        tools: names of the functions the call had.
        known: what they answered.
    """
    answered = dict(known)
    state, reply = conversation(blueprint, turns, now, tools=tools, known=answered)
    while reply.lookup and len(answered) < len(known) + _MOST_UNANSWERED:
        # The call was over before this was answered; what was said counts all the same.
        answered[reply.lookup.key] = {"error": "unanswered"}
        state, reply = conversation(blueprint, turns, now, tools=tools, known=answered)
    return {
        "summary": summary(blueprint, state),
        "structuredData": structured_data(blueprint, state),
        "successEvaluation": "true" if success(state) else "false",
    }
