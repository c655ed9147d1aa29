"""Events of calls as a table, for the insights that count them.

Kept as they happen: the life of a call in its own row, the rest in the call's log. What this engine
never records is refused by name rather than counted as zero.
"""

from typing import Any

from allokoli.engine.api.errors import Invalid
from allokoli.engine.reporting.call_table import Parameters

# True for the calls in which the event happened.
_OF_CALL = {
    "call.queued": "true",
    "call.started": "c.started_at is not null",
    "call.inProgress": "c.started_at is not null",
    "call.assistantStarted": "c.started_at is not null",
    "call.customerJoined": "c.started_at is not null",
    "call.ended": "c.status = 'ended'",
    "call.silenceTimeout": "c.ended_reason = 'silence-timed-out'",
    "call.maxDurationReached": "c.ended_reason = 'exceeded-max-duration'",
    "call.microphoneTimeout": "c.ended_reason = 'customer-did-not-give-microphone-permission'",
    "call.voicemailDetected": "c.ended_reason = 'voicemail'",
    "call.customerLeft": "c.ended_reason = 'customer-ended-call'",
    "call.transferInitiated": "c.ended_reason = 'assistant-forwarded-call'",
    "call.recordingStarted": "c.recording_key is not null",
}
# How many times the event happened in a call.
_COUNTED = {
    "assistant.tool.started": (
        "(select count(*) from engine.call_messages m cross join lateral"
        " jsonb_array_elements(case when jsonb_typeof(m.extra->'toolCalls') = 'array'"
        " then m.extra->'toolCalls' else '[]' end) t"
        " where m.call_id = c.id and m.role = 'tool_calls')"
    ),
    "assistant.tool.completed": (
        "(select count(*) from engine.call_messages m where m.call_id = c.id"
        " and m.role = 'tool_call_result' and coalesce(m.extra->>'failed', 'false') <> 'true')"
    ),
    "assistant.tool.failed": (
        "(select count(*) from engine.call_messages m where m.call_id = c.id"
        " and m.role = 'tool_call_result' and m.extra->>'failed' = 'true')"
    ),
    "pipeline.turnStarted": (
        "(select count(*) from engine.call_messages m where m.call_id = c.id and m.role = 'user')"
    ),
    "assistant.analysis.structuredOutputGenerated": (
        "(select count(*) from jsonb_object_keys(case when"
        " jsonb_typeof(c.artifacts->'structuredOutputs') = 'object'"
        " then c.artifacts->'structuredOutputs' else '{}' end))"
    ),
}


def events_query(
    query: dict[str, Any], path: str, parameters: Parameters
) -> tuple[str, str, list[str]]:
    """A query on events as SQL: its value, its table, its conditions.

    Args:
        query: `{table: "events", on, operation, filters}`.
        path: where it stands, for errors.
        parameters: takes its values.

    Raises:
        Invalid: this engine keeps no such event, or no such field of it.
    """
    event = str(query.get("on"))
    if event in _OF_CALL:
        times = f"(case when {_OF_CALL[event]} then 1 else 0 end)"
    elif event in _COUNTED:
        times = _COUNTED[event]
    else:
        known = ", ".join(sorted({*_OF_CALL, *_COUNTED}))
        raise Invalid([f"{path}.on must be one of the events this engine records: {known}"])
    conditions = [
        _condition(one, f"{path}.filters.{place}", parameters)
        for place, one in enumerate(query.get("filters") or ())
    ]
    value = f"coalesce(sum({times}), 0)::float8"
    if query["operation"] == "percentage":
        value = f"(100.0 * coalesce(sum({times}), 0) / nullif(count(*), 0))::float8"
    return value, "engine.calls c", conditions


def _condition(one: dict[str, Any], path: str, parameters: Parameters) -> str:
    """Events carry their call's facts; conditions may set those."""
    columns = {"endedReason": "c.ended_reason", "type": "c.type", "status": "c.status"}
    sql = columns.get(str(one.get("column")))
    value, operator = one.get("value"), one.get("operator")
    if sql is None:
        raise Invalid([f"{path}.column must be one of the following values: {', '.join(columns)}"])
    if not isinstance(value, str):
        raise Invalid([f"{path}.value must be a string"])
    if operator in {"=", "!="}:
        same = "=" if operator == "=" else "is distinct from"
        return f"{sql} {same} {parameters.add(value)}"
    if operator in {"contains", "notContains"}:
        found = f"position({parameters.add(value)} in coalesce({sql}, '')) > 0"
        return found if operator == "contains" else f"not ({found})"
    raise Invalid([f"{path}.operator does not go with a text column"])
