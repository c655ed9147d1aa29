"""Calls as a table: the columns reports may read, as SQL, and the conditions they may set.

Column names come from fixed maps and values travel as parameters: nothing a client writes becomes
SQL.
"""

import json
import re
from datetime import datetime
from typing import Any

from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.wire import moment

_OUTPUT = re.compile(r"artifact\.structuredOutputs\[([0-9a-fA-F-]{36})\]")
_MAX_VALUES = 1_000

TEXTS = {
    "id": "c.id::text",
    "assistantId": "c.assistant_id::text",
    "workflowId": "c.workflow_id::text",
    "squadId": "c.squad_id::text",
    "phoneNumberId": "c.phone_number_id::text",
    "campaignId": "c.campaign_id::text",
    "type": "c.type",
    "status": "c.status",
    "endedReason": "c.ended_reason",
    "customerNumber": "c.request->'customer'->>'number'",
    "forwardedPhoneNumber": "c.artifacts->'destination'->>'number'",
    "analysis.successEvaluation": "c.analysis->>'successEvaluation'",
}
DURATION_S = "extract(epoch from c.ended_at - c.started_at)::float8"


def _latency(name: str) -> str:
    """The mean of one part of the answers' times, in milliseconds."""
    return (
        f"(select avg((t->>'{name}')::float8) from jsonb_array_elements("
        "case when jsonb_typeof(c.metrics->'turns') = 'array' then c.metrics->'turns'"
        " else '[]' end) t)"
    )


NUMBERS = {
    "cost": "0::float8",
    "duration": DURATION_S,
    "averageModelLatency": _latency("modelLatency"),
    "averageVoiceLatency": _latency("voiceLatency"),
    "averageTranscriberLatency": _latency("transcriberLatency"),
    "averageTurnLatency": _latency("turnLatency"),
    "averageEndpointingLatency": _latency("endpointingLatency"),
}
DATES = {"startedAt": "c.started_at", "endedAt": "c.ended_at"}
_COMPARISONS = {"=": "=", "!=": "is distinct from", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


class Parameters:
    """Values of a statement, each under a name of its own."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        """Keep a value; returns the placeholder that stands for it."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def structured_output(column: str, parameters: Parameters) -> str | None:
    """A structured output's result as jsonb; None when the column is something else."""
    found = _OUTPUT.fullmatch(column)
    if found is None:
        return None
    key = parameters.add(found[1].lower())
    return f"(c.artifacts->'structuredOutputs'->cast({key} as text)->'result')"


def as_number(json_value: str) -> str:
    """A jsonb value as a number; null when it is none."""
    return f"(case when jsonb_typeof({json_value}) = 'number' then ({json_value})::float8 end)"


def as_label(json_value: str) -> str:
    """A jsonb value as the text a chart shows."""
    return f"({json_value} #>> '{{}}')"


def condition(one: dict[str, Any], path: str, parameters: Parameters) -> str:
    """A filter as SQL.

    Args:
        one: `{column, operator, value}`.
        path: where it stands, for errors.
        parameters: takes its values.

    Raises:
        Invalid: no such column, or an operator or value it does not take.
    """
    column, operator, value = str(one.get("column")), str(one.get("operator")), one.get("value")
    output = structured_output(column, parameters)
    if output is not None:
        return _on_json(output, operator, value, path, parameters)
    if column in TEXTS:
        return _on_text(TEXTS[column], operator, value, path, parameters)
    if column in NUMBERS:
        return _on_number(NUMBERS[column], operator, value, path, parameters)
    if column in DATES and operator in _COMPARISONS:
        at = parameters.add(_moment(value, path))
        return f"{DATES[column]} {_COMPARISONS[operator]} {at}"
    raise Invalid([f"{path}.column or {path}.operator is not one this table knows"])


def _on_text(sql: str, operator: str, value: Any, path: str, parameters: Parameters) -> str:
    if operator in {"in", "not_in"}:
        return _within(sql, operator, [str(one) for one in _values(value, path)], parameters)
    if operator in {"is_empty", "is_not_empty"}:
        return f"coalesce({sql}, '') {'=' if operator == 'is_empty' else '<>'} ''"
    if not isinstance(value, str):
        raise Invalid([f"{path}.value must be a string"])
    if operator in {"=", "!="}:
        return f"{sql} {_COMPARISONS[operator]} {parameters.add(value)}"
    if operator in {"contains", "not_contains"}:
        place = parameters.add(value.lower())
        found = f"position({place} in lower(coalesce({sql}, ''))) > 0"
        return found if operator == "contains" else f"not ({found})"
    raise Invalid([f"{path}.operator does not go with a text column"])


def _on_number(sql: str, operator: str, value: Any, path: str, parameters: Parameters) -> str:
    if operator in {"in", "not_in"}:
        numbers = [_number(one, path) for one in _values(value, path)]
        return _within(sql, operator, numbers, parameters)
    if operator in {"is_empty", "is_not_empty"}:
        return f"{sql} is {'null' if operator == 'is_empty' else 'not null'}"
    if operator in _COMPARISONS:
        return f"{sql} {_COMPARISONS[operator]} {parameters.add(_number(value, path))}"
    raise Invalid([f"{path}.operator does not go with a number column"])


def _on_json(sql: str, operator: str, value: Any, path: str, parameters: Parameters) -> str:
    if operator in {"is_empty", "is_not_empty"}:
        full = f"coalesce({sql} not in ('null', '\"\"', '[]', '{{}}'), false)"
        return full if operator == "is_not_empty" else f"not {full}"
    if operator in {"=", "!="}:
        return f"{sql} {_COMPARISONS[operator]} cast({parameters.add(_json(value))} as jsonb)"
    if operator in _COMPARISONS:
        number = parameters.add(_number(value, path))
        return f"{as_number(sql)} {_COMPARISONS[operator]} {number}"
    if operator in {"in", "not_in"}:
        listed = parameters.add(_json(_values(value, path)))
        found = f"coalesce(cast({listed} as jsonb) @> {sql}, false)"
        return found if operator == "in" else f"not {found}"
    if operator in {"contains", "not_contains"}:
        words = parameters.add(str(value).lower())
        member = parameters.add(_json(value))
        found = (
            f"coalesce(case when jsonb_typeof({sql}) = 'array'"
            f" then {sql} @> cast({member} as jsonb)"
            f" else position({words} in lower({as_label(sql)})) > 0 end, false)"
        )
        return found if operator == "contains" else f"not {found}"
    raise Invalid([f"{path}.operator is not one a structured output takes"])


def _within(sql: str, operator: str, values: list[Any], parameters: Parameters) -> str:
    found = f"coalesce({sql} = any({parameters.add(values)}), false)"
    return found if operator == "in" else f"not {found}"


def _values(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MAX_VALUES:
        raise Invalid([f"{path}.value must be an array of at most {_MAX_VALUES} values"])
    return value


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Invalid([f"{path}.value must be a number conforming to the specified constraints"])
    return float(value)


def _moment(value: Any, path: str) -> datetime:
    found = moment(value)
    if found is None:
        raise Invalid([f"{path}.value must be a valid ISO 8601 date string"])
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
