"""What a finished call gave, found by the dialogue that held it."""

from datetime import datetime
from typing import Any

from allokoli.blueprint import Blueprint
from allokoli.blueprint.analysis import structured_data, success, summary
from allokoli.blueprint.guided import conversation


def analyse(blueprint: Blueprint, turns: list[str], now: datetime) -> dict[str, Any]:
    """Summary, structured data and success of a call, by Vapi's names.

    Args:
        blueprint: of the assistant.
        turns: what the caller said.
        now: when the call began, aware, in the callers' time zone.
    """
    state, _ = conversation(blueprint, turns, now)
    return {
        "summary": summary(blueprint, state),
        "structuredData": structured_data(blueprint, state),
        "successEvaluation": "true" if success(state) else "false",
    }
