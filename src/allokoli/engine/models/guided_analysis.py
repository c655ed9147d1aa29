"""What a finished call gave, found by the dialogue that held it."""

from datetime import datetime
from typing import Any

from allokoli.blueprint import Blueprint
from allokoli.blueprint.analysis import structured_data, success, summary
from allokoli.blueprint.guided import conversation
from allokoli.dialogue import Known


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
    state, _ = conversation(blueprint, turns, now, tools=tools, known=known)
    return {
        "summary": summary(blueprint, state),
        "structuredData": structured_data(blueprint, state),
        "successEvaluation": "true" if success(state) else "false",
    }
