"""Judges what an assistant said and did in a turn: word for word, by a pattern, or by a model."""

import json
import re
from dataclasses import dataclass
from typing import Any

from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.liquid import BadTemplate, rendered
from allokoli.engine.conversation.whole_answer import json_in
from allokoli.engine.testing import guided_facts
from allokoli.engine.testing.asking import NoAnswer, asked, asked_guided
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.patterns import BadPattern, matches
from allokoli.engine.testing.trial import Turn

_ALL = re.compile(r"\{\{\s*messages\s*\}\}")
_LAST = re.compile(r"\{\{\s*messages\[-1\]\s*\}\}")
_WORD = re.compile(r"\b(pass|fail)\b", re.IGNORECASE)
_MAX_REASON = 2_000
_JUDGE = (
    "You judge the last message of a conversation with an assistant. Answer with one word, `pass` "
    "or `fail`, and nothing else."
)
_RUBRIC = (
    "You judge a conversation between an assistant and a caller by a rubric. Answer with one JSON "
    'object: {{"result": "pass" or "fail", "reasoning": "one or two sentences"}}.\n\n'
    "Rubric:\n{rubric}"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement.

    Attributes:
        passed: whether it is as wanted.
        reason: why not, or why; empty when there is nothing to add.
    """

    passed: bool
    reason: str = ""


async def judge(plan: dict[str, Any], turn: Turn, messages: list[Message], held: Held) -> Verdict:
    """Judge a turn by a judge plan.

    Args:
        plan: Vapi's judge plan, of type exact, regex or ai.
        turn: what was said and called.
        messages: the conversation, the turn included, in OpenAI's shape.
        held: the trial, for the model that judges.
    """
    kind = plan.get("type")
    if kind == "ai":
        return await _by_model(plan, messages, held)
    expected = [one for one in plan.get("toolCalls") or () if isinstance(one, dict)]
    content = str(plan.get("content") or "")
    if kind == "regex":
        return await _by_pattern(content, expected, turn)
    if (content or not expected) and turn.said.strip().casefold() != content.strip().casefold():
        return Verdict(False, "the message is not the expected one")
    for one in expected:
        if not any(_same_call(one, given) for given in turn.calls):
            return Verdict(False, _missing(one, turn))
    return Verdict(True)


async def by_rubric(rubric: str, held: Held) -> Verdict:
    """Judge a conversation by a rubric; without a language model, by plain claims, or a
    fail that says why."""
    messages: list[Message] = [
        {"role": "system", "content": _RUBRIC.format(rubric=rubric)},
        {"role": "user", "content": f"The conversation:\n{held.transcript}"},
    ]
    try:
        answer = await asked(held, messages)
    except NoAnswer as none:
        return await _by_facts(rubric, held, none)
    found = json_in(answer)
    if not isinstance(found, dict) or found.get("result") not in {"pass", "fail"}:
        return Verdict(False, "Not judged: the model's answer is neither pass nor fail.")
    reasoning = str(found.get("reasoning") or "").strip()[:_MAX_REASON]
    return Verdict(found["result"] == "pass", reasoning or "The model gave no reasons.")


async def _by_facts(rubric: str, held: Held, none: NoAnswer) -> Verdict:
    """A rubric of plain claims (`party_size = 4`) is held against what a guided call collected."""
    analysis = await asked_guided(held) if none.modelless else {}
    unmet = guided_facts.unmet_claims(rubric, analysis) if analysis else None
    if unmet is None:
        gave = analysis.get("summary")
        return Verdict(
            False, f"Not judged: {none}" + (f" What the call gave: {gave}" if gave else "")
        )
    if unmet:
        return Verdict(False, f"Not so, by what the call collected: {'; '.join(unmet)}.")
    return Verdict(True, "Every claim is so, by what the call collected.")


async def _by_pattern(content: str, expected: list[dict[str, Any]], turn: Turn) -> Verdict:
    try:
        if (content or not expected) and not await matches(content, turn.said):
            return Verdict(False, "the message does not match the pattern")
        for one in expected:
            found = False
            for given in turn.calls:
                found = found or await _matching_call(one, given)
            if not found:
                return Verdict(False, _missing(one, turn))
    except BadPattern as bad:
        return Verdict(False, str(bad))
    return Verdict(True)


async def _matching_call(expected: dict[str, Any], given: dict[str, Any]) -> bool:
    if str(expected.get("name")) != given["name"]:
        return False
    arguments = given["arguments"] if isinstance(given["arguments"], dict) else {}
    for name, pattern in (expected.get("arguments") or {}).items():
        if name not in arguments:
            return False
        value = arguments[name]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if not await matches(str(pattern), text):
            return False
    return True


async def _by_model(plan: dict[str, Any], messages: list[Message], held: Held) -> Verdict:
    model = plan.get("model")
    model = model if isinstance(model, dict) else {}
    try:
        question = _question(model.get("messages"), plan, messages)
        answer = await asked(held, question, model or None)
    except NoAnswer as none:
        return Verdict(False, f"Not judged: {none}")
    words = {one.lower() for one in _WORD.findall(answer)}
    if len(words) != 1:
        return Verdict(False, "Not judged: the model's answer is neither pass nor fail.")
    return Verdict(words == {"pass"}, "" if words == {"pass"} else "the judging model said fail")


def _question(own: Any, plan: dict[str, Any], messages: list[Message]) -> list[Message]:
    """What to ask the judge: the plan's own messages, or ours."""
    everything = json.dumps(messages, ensure_ascii=False)
    last = json.dumps(messages[-1] if messages else {}, ensure_ascii=False)
    written = [
        one for one in own or () if isinstance(one, dict) and isinstance(one.get("content"), str)
    ]
    question: list[Message] = []
    for one in written:
        text = _LAST.sub(lambda _: last, _ALL.sub(lambda _: everything, one["content"]))
        named = text != one["content"]
        try:
            # Filled in, the conversation's own words must not be read as a template again.
            content = text if named else rendered(text, {"messages": messages})
        except BadTemplate as bad:
            raise NoAnswer(f"the judge's prompt cannot be filled: {bad}") from None
        question.append({"role": str(one.get("role") or "system"), "content": content})
    if not written:
        question.append({"role": "system", "content": _JUDGE})
    unnamed = not any("messages" in str(one.get("content")) for one in written)
    if unnamed and plan.get("autoIncludeMessageHistory") is not False:
        question.append({"role": "user", "content": f"The conversation:\n{everything}"})
    return question


def _same_call(expected: dict[str, Any], given: dict[str, Any]) -> bool:
    if str(expected.get("name")) != given["name"]:
        return False
    arguments = expected.get("arguments")
    return arguments is None or arguments == given["arguments"]


def _missing(expected: dict[str, Any], turn: Turn) -> str:
    called = ", ".join(str(one["name"]) for one in turn.calls) or "none"
    return f"tool {expected.get('name')} was not called as expected; called: {called}"
