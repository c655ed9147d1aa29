"""Reads a structured output out of a conversation: by a model, or by a pattern."""

import json
from dataclasses import dataclass
from typing import Any

from allokoli.engine.api.wire import iso
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.liquid import BadTemplate, rendered
from allokoli.engine.conversation.whole_answer import json_in
from allokoli.engine.testing import guided_facts, schemas
from allokoli.engine.testing.asking import NoAnswer, asked, asked_guided
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.patterns import BadPattern, matches

_LEAST_MESSAGES = 2
_MAX_RESULT_CHARS = 50_000
_ATTEMPTS = 2
_SYSTEM = (
    "You read data out of a conversation. Answer with JSON that follows the schema, and nothing "
    "else. Leave out what was not said; never invent.\n\nName: {name}\n{description}"
    "Schema:\n{schema}"
)
_USER = "The conversation:\n{transcript}\nHow it ended: {ended_reason}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a structured output.

    Attributes:
        name: of the output.
        result: the value; None when there is none.
        error: why there is none, for the owner; None when there is one.
        skipped: the first condition that was not met, when it was not even tried.
    """

    name: str
    result: Any = None
    error: str | None = None
    skipped: dict[str, Any] | None = None


async def evaluate(definition: dict[str, Any], held: Held) -> Outcome:
    """Read one structured output out of a conversation; never raises for what clients wrote.

    Args:
        definition: as Vapi writes it (`name`, `schema`, `type`, `regex`, `model`, `conditions`).
        held: the conversation.
    """
    name = str(definition.get("name") or "")
    unmet = _unmet(definition.get("conditions"), held)
    if unmet is not None:
        return Outcome(name, skipped=unmet, error="its conditions were not met")
    schema = definition.get("schema") if isinstance(definition.get("schema"), dict) else {}
    try:
        if definition.get("type") == "regex":
            result = await _by_pattern(str(definition.get("regex") or ""), schema or {}, held)
        else:
            result = await _by_model(definition, schema or {}, held)
    except (NoAnswer, BadPattern) as failure:
        return Outcome(name, error=str(failure))
    if len(json.dumps(result, ensure_ascii=False)) > _MAX_RESULT_CHARS:
        return Outcome(name, error="the result is too long")
    return Outcome(name, result)


async def _by_pattern(pattern: str, schema: dict[str, Any], held: Held) -> Any:
    found = await matches(pattern, held.transcript)
    kind = schema.get("type")
    if kind == "boolean":
        return bool(found)
    if kind == "array":
        return found
    if not found:
        raise BadPattern("the pattern matches nothing in the transcript")
    if kind in {"number", "integer"}:
        try:
            number = float(found[0].replace(",", "."))
        except ValueError:
            raise BadPattern("what the pattern matches is not a number") from None
        return int(number) if kind == "integer" or number.is_integer() else number
    return found[0]


async def _by_model(definition: dict[str, Any], schema: dict[str, Any], held: Held) -> Any:
    messages = _messages(definition, schema, held)
    model = definition.get("model")
    wrong = ""
    for _ in range(_ATTEMPTS):
        try:
            answer = await asked(held, messages, model if isinstance(model, dict) else None)
        except NoAnswer as none:
            if none.modelless:
                return await _by_guide(definition, schema, held, none)
            raise
        value = _typed(answer, schema)
        problem = schemas.problem(value, schema) if value is not None else "it is not JSON"
        if problem is None:
            return value
        wrong = problem
        messages = [
            *messages,
            {"role": "assistant", "content": answer[:2_000]},
            {"role": "user", "content": f"That does not follow the schema: {problem}. Correct it."},
        ]
    raise NoAnswer(f"the model's answer does not follow the schema: {wrong}")


async def _by_guide(
    definition: dict[str, Any], schema: dict[str, Any], held: Held, none: NoAnswer
) -> Any:
    """What a conversation the guided model held tells by itself."""
    try:
        value = guided_facts.told(definition, await asked_guided(held))
    except guided_facts.Unknown:
        raise none from None
    problem = schemas.problem(value, schema)
    if problem is not None:
        raise NoAnswer(f"what the guided model collected does not follow the schema: {problem}")
    return value


def _typed(answer: str, schema: dict[str, Any]) -> Any:
    """The value in an answer: JSON, or bare words where the schema asks for a text."""
    value = json_in(answer)
    if schema.get("type") == "string" and not isinstance(value, str):
        return answer.strip().strip('"')
    if isinstance(value, dict) and schema.get("type") != "object" and len(value) == 1:
        # Models like to name a lone value.
        return next(iter(value.values()))
    return value


def _messages(definition: dict[str, Any], schema: dict[str, Any], held: Held) -> list[Message]:
    """What to ask: the definition's own messages, or ours."""
    model = definition.get("model")
    own = model.get("messages") if isinstance(model, dict) else None
    if isinstance(own, list) and own:
        values = _template_values(definition, schema, held)
        return [
            {"role": str(one.get("role") or "system"), "content": _filled(one["content"], values)}
            for one in own
            if isinstance(one, dict) and isinstance(one.get("content"), str)
        ]
    description = definition.get("description")
    return [
        {
            "role": "system",
            "content": _SYSTEM.format(
                name=definition.get("name"),
                description=f"What it is: {description}\n" if description else "",
                schema=json.dumps(schema, ensure_ascii=False),
            ),
        },
        {
            "role": "user",
            "content": _USER.format(
                transcript=held.transcript, ended_reason=held.ended_reason or "unknown"
            ),
        },
    ]


def _template_values(
    definition: dict[str, Any], schema: dict[str, Any], held: Held
) -> dict[str, Any]:
    shown = {
        "name": definition.get("name"),
        "description": definition.get("description"),
        "schema": json.dumps(schema, ensure_ascii=False),
    }
    return {
        **held.variable_values,
        "transcript": held.transcript,
        "messages": json.dumps(held.messages, ensure_ascii=False),
        "structuredOutput": shown,
        "systemPrompt": held.instructions,
        "callEndedReason": held.ended_reason or "",
        "duration": held.duration_s,
        "startedAt": iso(held.started_at),
        "endedAt": iso(held.ended_at),
    }


def _filled(template: str, values: dict[str, Any]) -> str:
    try:
        return rendered(template, values)
    except BadTemplate as bad:
        raise NoAnswer(f"the prompt cannot be filled: {bad}") from None


def _unmet(conditions: Any, held: Held) -> dict[str, Any] | None:
    """The first condition that does not hold."""
    listed = [one for one in conditions or () if isinstance(one, dict)]
    if not any(one.get("type") == "minMessages" for one in listed):
        listed.append({"type": "minMessages", "count": _LEAST_MESSAGES})
    return next((one for one in listed if not _holds(one, held)), None)


def _holds(condition: dict[str, Any], held: Held) -> bool:
    kind = condition.get("type")
    if kind == "minMessages":
        return len(held.spoken) >= float(condition.get("count") or 0)
    if kind == "minCallDuration":
        took = held.duration_s
        return took is None or took >= float(condition.get("seconds") or 0)
    if kind == "endedReason":
        among = held.ended_reason in (condition.get("values") or ())
        return among if condition.get("operator") == "oneOf" else not among
    return True
