"""What a model is asked about a finished call, and how its verdict is written."""

import json
import re
from typing import Any

from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.calls.shown_messages import openai_messages
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.variables import fill

_TRUE_OR_FALSE = "PassFail"
_RUBRICS = {
    "NumericScale": "a scale of 1 to 10: answer with the number",
    "DescriptiveScale": "one of Excellent, Good, Fair, Poor",
    "Checklist": "a checklist of criteria, each with its status",
    "Matrix": "a grid that rates several criteria at several levels",
    "PercentageScale": "a scale of 0% to 100%: answer with the percentage",
    "LikertScale": "one of Strongly Agree, Agree, Neutral, Disagree, Strongly Disagree",
    "AutomaticRubric": "several criteria of your own choice, each with a score",
    _TRUE_OR_FALSE: "'true' if the call reached its purpose, 'false' if it did not",
}
_SPOKEN = {
    "role": "user",
    "content": "The transcript:\n\n{{transcript}}\n\nHow the call ended: {{endedReason}}",
}
# Asked when the plan has no messages of its own; the variables are those of Vapi's plans.
_QUESTIONS: dict[str, list[Message]] = {
    "summary": [
        {
            "role": "system",
            "content": "Summarise the call in two or three sentences, in the language it was held "
            "in. Answer with the summary alone.",
        },
        _SPOKEN,
    ],
    "structuredData": [
        {
            "role": "system",
            "content": "Extract data from the call. Answer with one JSON object that follows the "
            "schema, and nothing else. Leave out what was not said.\n\nSchema:\n{{schema}}",
        },
        _SPOKEN,
    ],
    "successEvaluation": [
        {
            "role": "system",
            "content": "Judge whether the call reached the purpose its instructions set. Rubric "
            "({{rubric}}): {{rubricText}}. Answer with the result alone.",
        },
        _SPOKEN,
        {"role": "user", "content": "The instructions of the call:\n\n{{systemPrompt}}"},
    ],
}
_YES = re.compile(r"\b(true|pass(ed)?|yes|oui|success(ful)?)\b", re.IGNORECASE)
_NO = re.compile(r"\b(false|fail(ed)?|no|non|unsuccessful)\b", re.IGNORECASE)
_MOST_CHARS = 10_000


def values_of(call: Call, messages: list[CallMessage], transcript: str) -> dict[str, Any]:
    """The variables a plan's messages may name.

    Args:
        call: the row.
        messages: what was said and done.
        transcript: the same as text.
    """
    written = openai_messages(call, messages)
    prompt = "\n\n".join(one["content"] for one in written if one["role"] == "system")
    return {
        "transcript": transcript,
        "systemPrompt": prompt,
        "messages": json.dumps(written, ensure_ascii=False),
        "endedReason": call.ended_reason or "",
    }


def questions(name: str, plan: dict[str, Any], values: dict[str, Any]) -> list[Message]:
    """What to ask for a part of the analysis: the plan's own messages, or ours.

    Args:
        name: `summary`, `structuredData` or `successEvaluation`.
        plan: of that part.
        values: see `values_of`.
    """
    rubric = plan.get("rubric") or _TRUE_OR_FALSE
    own = {
        "schema": json.dumps(plan.get("schema") or {}, ensure_ascii=False),
        "rubric": rubric,
        "rubricText": _RUBRICS.get(rubric, rubric),
    }
    return [
        {"role": one.get("role") or "system", "content": fill(one["content"], values | own)}
        for one in plan.get("messages") or _QUESTIONS[name]
        if isinstance(one, dict) and isinstance(one.get("content"), str)
    ]


def evaluation(answer: str, plan: dict[str, Any]) -> str:
    """A verdict as text; of PassFail, `true` or `false` whatever words the model chose."""
    answer = answer.strip()[:_MOST_CHARS]
    if (plan.get("rubric") or _TRUE_OR_FALSE) == _TRUE_OR_FALSE:
        yes, no = _YES.search(answer), _NO.search(answer)
        if yes and (no is None or yes.start() < no.start()):
            return "true"
        if no:
            return "false"
    return answer
