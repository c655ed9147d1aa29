"""What a finished call gave: summary, structured data, whether it succeeded.

The guided model tells it from its own dialogue; any other model is asked, as the assistant's
`analysisPlan` says. A model that cannot answer leaves its part out.
"""

import asyncio
import json
from typing import Any

import structlog

from allokoli.engine.calls.kept import kept_assistant
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.calls.shown import brief, told_to_models
from allokoli.engine.calls.shown_messages import transcript
from allokoli.engine.conversation.chat_model import ChatModel, Message, ModelFailed, TextDelta
from allokoli.engine.conversation.variables import fill
from allokoli.engine.models.choose import choose_model

_DEFAULT_THRESHOLD = 2
_DEFAULT_TIMEOUT_S = 20.0
_GUIDED = ("summary", "structuredData", "successEvaluation")

# Asked when the assistant's plan has no messages of its own; variables as Vapi's plans have them.
_QUESTIONS = {
    "summary": (
        "Summarise the call below in two or three sentences, in the language it was held in."
    ),
    "structuredData": (
        "Extract data from the call below. Answer with one JSON object that follows the schema, "
        "and nothing else. Leave out what was not said.\n\nSchema:\n{{schema}}"
    ),
    "successEvaluation": (
        "Judge whether the call below reached its purpose. Rubric: {{rubric}}. Answer with the "
        "evaluation alone; for PassFail, `true` or `false`."
    ),
}

_log = structlog.get_logger()


async def analyse(
    call: Call, messages: list[CallMessage], turns: list[str] | None = None
) -> dict[str, Any]:
    """Vapi's `analysis` of a call.

    Args:
        call: the row.
        messages: what was said.
        turns: what the caller said, silences included, when known better than by `messages`.
    """
    chosen = choose_model(
        kept_assistant(call),
        call=told_to_models(brief(call)),
        started_at=call.started_at or call.created_at,
        task="analysis",
    )
    try:
        if chosen.guided:
            if turns is None:
                turns = [message.text for message in messages if message.role == "user"]
            found = await _guided(chosen.model, turns)
        else:
            found = await _asked(chosen.model, call, messages)
    finally:
        await chosen.model.close()
    return {name: value for name, value in found.items() if _enabled(call.assistant, name)}


async def _guided(model: ChatModel, turns: list[str]) -> dict[str, Any]:
    answer = await _answer(
        model, [{"role": "user", "content": turn} for turn in turns], _DEFAULT_TIMEOUT_S
    )
    found = _json_object(answer)
    return {name: found[name] for name in _GUIDED if name in found}


async def _asked(model: ChatModel, call: Call, messages: list[CallMessage]) -> dict[str, Any]:
    plan = call.assistant.get("analysisPlan") or {}
    threshold = plan.get("minMessagesThreshold", _DEFAULT_THRESHOLD)
    words = transcript(call, messages)
    if sum(1 for message in messages if message.text) < threshold or not words:
        return {}
    wanted = [name for name in _QUESTIONS if _enabled(call.assistant, name)]
    answers = await asyncio.gather(
        *(
            _answer(
                model,
                _messages(_plan(plan, name), _QUESTIONS[name], words, call),
                float(_plan(plan, name).get("timeoutSeconds") or _DEFAULT_TIMEOUT_S),
            )
            for name in wanted
        )
    )
    found: dict[str, Any] = dict(zip(wanted, answers, strict=True))
    if "structuredData" in found:
        found["structuredData"] = _json_object(found["structuredData"])
    return {name: value for name, value in found.items() if value}


def _messages(plan: dict[str, Any], question: str, words: str, call: Call) -> list[Message]:
    """What to ask: the plan's own messages, or ours."""
    default = [
        {"role": "system", "content": question},
        {"role": "user", "content": "{{transcript}}"},
    ]
    values = {
        "transcript": words,
        "schema": json.dumps(plan.get("schema") or {}, ensure_ascii=False),
        "rubric": plan.get("rubric") or "PassFail",
        "endedReason": call.ended_reason or "",
    }
    return [
        {"role": one.get("role") or "system", "content": fill(one["content"], values)}
        for one in plan.get("messages") or default
        if isinstance(one, dict) and isinstance(one.get("content"), str)
    ]


async def _answer(model: ChatModel, messages: list[Message], timeout_s: float) -> str:
    """A model's whole answer; empty when it cannot give one."""
    try:
        async with asyncio.timeout(timeout_s):
            words = [
                delta.text
                async for delta in model.stream(messages, [])
                if isinstance(delta, TextDelta)
            ]
    except (ModelFailed, TimeoutError) as error:
        _log.warning("analysis_failed", error=str(error) or type(error).__name__)
        return ""
    return "".join(words).strip()


def _json_object(text: str) -> dict[str, Any]:
    """The JSON object in an answer, which models like to wrap in a fence."""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1]) if start >= 0 else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _enabled(assistant: dict[str, Any], name: str) -> bool:
    default = name != "structuredData"
    return bool(_plan(assistant.get("analysisPlan") or {}, name).get("enabled", default))


def _plan(plan: dict[str, Any], name: str) -> dict[str, Any]:
    found = plan.get(f"{name}Plan")
    return found if isinstance(found, dict) else {}
