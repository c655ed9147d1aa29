"""What a finished call gave: summary, structured data, whether it succeeded.

The guided model tells it from its own dialogue; any other model is asked, as the assistant's
`analysisPlan` says. Where a model cannot answer, the guided one tells what it would have found, of
an assistant that has a blueprint; else the part is left out.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from allokoli.engine.calls.analysis_questions import evaluation, questions, values_of
from allokoli.engine.calls.call_log import log_of
from allokoli.engine.calls.kept import kept_assistant
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.calls.shown import brief, told_to_models
from allokoli.engine.calls.shown_messages import remembered, transcript
from allokoli.engine.conversation.chat_model import ChatModel, Message, ModelFailed
from allokoli.engine.conversation.numbers import number_within
from allokoli.engine.conversation.script import blueprint_of
from allokoli.engine.conversation.whole_answer import json_in, whole_answer
from allokoli.engine.models.choose import Chosen, choose_model

_DEFAULT_THRESHOLD = 2
_DEFAULT_TIMEOUT_S = 20.0
_MAX_TIMEOUT_S = 300.0
_MOST_PLANS = 20
_AT_ONCE = 4
_GUIDED = ("summary", "structuredData", "successEvaluation")
_ATTEMPTS = 2


@dataclass(slots=True)
class Analysis:
    """What came of it.

    Attributes:
        found: Vapi's `analysis`.
        used: what each part took: `analysisType`, `promptTokens`, `completionTokens`.
    """

    found: dict[str, Any] = field(default_factory=dict)
    used: list[dict[str, Any]] = field(default_factory=list)


async def analyse(
    call: Call, messages: list[CallMessage], turns: list[str] | None = None
) -> Analysis:
    """Analyse a call.

    Args:
        call: the row.
        messages: what was said.
        turns: what the caller said, silences included, when known better than by `messages`.
    """
    if call.started_at is None:
        return Analysis()
    plan = call.assistant.get("analysisPlan") or {}
    if turns is None:
        turns = [message.text for message in messages if message.role == "user"]
    assistant = kept_assistant(call)
    chosen = _chosen(call, assistant)
    try:
        if chosen.guided:
            return await _guided(chosen.model, turns, remembered(messages), plan)
        asking = _Asking(chosen.model, call, messages, plan)
        analysis = await asking.all()
    finally:
        await chosen.model.close()
    missing = [name for name in asking.parts if name not in analysis.found]
    if missing and blueprint_of(assistant):
        guide = _chosen(call, {**assistant, "model": {}})
        try:
            told = await _guided(guide.model, turns, remembered(messages), plan)
        finally:
            await guide.model.close()
        analysis.found |= {name: told.found[name] for name in missing if name in told.found}
    return analysis


def _chosen(call: Call, assistant: dict[str, Any]) -> Chosen:
    return choose_model(
        assistant,
        call=told_to_models(brief(call)),
        started_at=call.started_at or call.created_at,
        task="analysis",
        warn=lambda sentence: log_of(call.org_id, call.id).note("Call", sentence, level="warn"),
    )


async def _guided(
    model: ChatModel, turns: list[str], history: list[Message], plan: dict[str, Any]
) -> Analysis:
    analysis = Analysis()
    asked: list[Message] = [{"role": "user", "content": turn} for turn in turns]
    # What functions answered decided of what was said, in whichever turn it was.
    asked += [one for one in history if one.get("tool_calls") or one.get("role") == "tool"]
    try:
        found = _json_object(await _answer(model, asked, _DEFAULT_TIMEOUT_S, analysis, "summary"))
    except (ModelFailed, TimeoutError):
        return Analysis()
    analysis.found = {name: found[name] for name in _GUIDED if name in found and _on(plan, name)}
    analysis.used = []
    return analysis


class _Asking:
    """Asks a model for every part of a call's analysis that its plan wants."""

    def __init__(
        self, model: ChatModel, call: Call, messages: list[CallMessage], plan: dict[str, Any]
    ) -> None:
        self._model = model
        self._call = call
        self._plan = plan
        self._said = sum(1 for one in messages if one.text and one.role in {"user", "assistant"})
        self._words = transcript(call, messages)
        self._values = values_of(call, messages, self._words)
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._log = log_of(call.org_id, call.id)
        self._analysis = Analysis()
        # What is asked for, once the call proved long enough to ask anything.
        self.parts: list[str] = []

    async def all(self) -> Analysis:
        """The whole analysis; empty for a call too short to be worth one."""
        threshold = self._plan.get("minMessagesThreshold", _DEFAULT_THRESHOLD)
        if self._said < threshold or not self._words:
            return self._analysis
        multi = [
            one
            for one in self._plan.get("structuredDataMultiPlan") or ()
            if isinstance(one, dict) and isinstance(one.get("plan"), dict)
        ][:_MOST_PLANS]
        parts = self.parts = [name for name in _GUIDED if _on(self._plan, name)]
        values = await asyncio.gather(
            *(self._part(name, _plan(self._plan, name)) for name in parts),
            *(self._part("structuredData", one["plan"]) for one in multi),
        )
        found = {
            name: value for name, value in zip(parts, values, strict=False) if value is not None
        }
        catalog = [
            {"key": one.get("key"), "value": value}
            for one, value in zip(multi, values[len(parts) :], strict=True)
            if value is not None
        ]
        self._analysis.found = found | ({"structuredDataMulti": catalog} if catalog else {})
        return self._analysis

    async def _part(self, name: str, plan: dict[str, Any]) -> Any:
        wanted_s = plan.get("timeoutSeconds")
        timeout_s = number_within(wanted_s, 1.0, _MAX_TIMEOUT_S, _DEFAULT_TIMEOUT_S)
        try:
            async with self._places, asyncio.timeout(timeout_s):
                if name == "structuredData":
                    return await self._data(plan, timeout_s)
                text = await self._ask(name, questions(name, plan, self._values), timeout_s)
        except (ModelFailed, TimeoutError) as error:
            reason = str(error) or "no answer in time"
            self._log.note("Provider", "analysis failed", level="error", part=name, reason=reason)
            return None
        return (evaluation(text, plan) if name == "successEvaluation" else text) or None

    async def _data(self, plan: dict[str, Any], timeout_s: float) -> dict[str, Any] | None:
        """Data that follows the plan's schema; the model may correct itself once."""
        from allokoli.engine.testing import schemas

        schema = plan.get("schema") if isinstance(plan.get("schema"), dict) else {}
        messages = questions("structuredData", plan, self._values)
        for _ in range(_ATTEMPTS):
            text = await self._ask("structuredData", messages, timeout_s)
            found = _json_object(text)
            problem = schemas.problem(found, schema or {}) if found else "it is no JSON object"
            if problem is None:
                return found
            wrong = f"That does not follow the schema: {problem}. Correct it."
            messages = [
                *messages,
                {"role": "assistant", "content": text},
                {"role": "user", "content": wrong},
            ]
        self._log.note("Provider", "structured data does not follow its schema", level="error")
        return None

    async def _ask(self, name: str, messages: list[Message], timeout_s: float) -> str:
        return await _answer(self._model, messages, timeout_s, self._analysis, name)


async def _answer(
    model: ChatModel, messages: list[Message], timeout_s: float, analysis: Analysis, name: str
) -> str:
    """A model's whole answer; the tokens it took are noted.

    Raises:
        ModelFailed: it gave none.
        TimeoutError: not in time.
    """
    answer = await whole_answer(model, messages, timeout_s=timeout_s)
    analysis.used.extend(
        {
            "analysisType": name,
            "promptTokens": used.prompt_tokens,
            "completionTokens": used.completion_tokens,
        }
        for used in answer.used
    )
    return answer.text


def _json_object(text: str) -> dict[str, Any]:
    """The JSON object in an answer; empty when it holds none."""
    found = json_in(text)
    return found if isinstance(found, dict) else {}


def _on(plan: dict[str, Any], name: str) -> bool:
    return bool(_plan(plan, name).get("enabled", name != "structuredData"))


def _plan(plan: dict[str, Any], name: str) -> dict[str, Any]:
    found = plan.get(f"{name}Plan")
    return found if isinstance(found, dict) else {}
