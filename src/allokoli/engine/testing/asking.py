"""Asks a language model one thing, and knows when there is none to ask."""

from dataclasses import dataclass
from typing import Any

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.chat_model import ChatModel, Message, ModelFailed
from allokoli.engine.conversation.whole_answer import json_in, whole_answer
from allokoli.engine.credentials.lending import lend
from allokoli.engine.models.choose import choose_model
from allokoli.engine.testing.held import Held

_TIMEOUT_S = 30.0
NO_MODEL = (
    "No language model is configured to judge this: the assistant is answered by the built-in "
    "guided model, which judges only what it collects. Store a credential for the model, or give "
    "a custom-llm model."
)


@dataclass(frozen=True, slots=True)
class NoAnswer(Exception):
    """There is no answer to be had.

    Args:
        reason: a sentence for the assistant's owner.
        modelless: whether that is because no language model is configured.
    """

    reason: str
    modelless: bool = False

    def __str__(self) -> str:
        return self.reason


async def asked(
    held: Held,
    messages: list[Message],
    model: dict[str, Any] | None = None,
    *,
    timeout_s: float = _TIMEOUT_S,
) -> str:
    """A language model's whole answer.

    Args:
        held: the conversation it is about.
        messages: what to ask, in OpenAI's shape.
        model: the model to ask, as Vapi writes it; the assistant's own when None.
        timeout_s: longest wait.

    Raises:
        NoAnswer: no language model is configured, or it failed.
    """
    found = await _language_model(held, model)
    try:
        answer = await whole_answer(found, messages, timeout_s=timeout_s)
    except TimeoutError:
        raise NoAnswer(f"the model did not answer within {timeout_s:g} seconds") from None
    except ModelFailed as failure:
        raise NoAnswer(f"the model failed: {failure}") from None
    finally:
        await found.close()
    if not answer.text:
        raise NoAnswer("the model's answer is empty")
    return answer.text


async def asked_guided(held: Held) -> dict[str, Any]:
    """What the guided model finds in a conversation it held itself: `summary`, `structuredData`,
    `successEvaluation`; empty when another model answered, or it found nothing."""
    chosen = choose_model(
        held.assistant,
        call=dict(held.known.get("call") or {}),
        started_at=held.started_at,
        task="analysis",
    )
    try:
        if not chosen.guided:
            return {}
        turns: list[Message] = [{"role": "user", "content": one} for one in held.caller_turns]
        turns += [one for one in held.messages if one.get("tool_calls") or one["role"] == "tool"]
        answer = await whole_answer(chosen.model, turns, timeout_s=_TIMEOUT_S)
    except (ModelFailed, TimeoutError):
        return {}
    finally:
        await chosen.model.close()
    found = json_in(answer.text)
    return found if isinstance(found, dict) else {}


async def _language_model(held: Held, model: dict[str, Any] | None) -> ChatModel:
    assistant = held.assistant if model is None else {**held.assistant, "model": model}
    async with session(Identity.job(held.org_id)) as opened:
        lent = await lend(opened, Cast((Member(assistant),)))
    chosen = choose_model(
        lent.first.assistant,
        call=dict(held.known.get("call") or {}),
        started_at=clock.now(),
        task="judgement",
    )
    if chosen.guided:
        await chosen.model.close()
        raise NoAnswer(NO_MODEL, modelless=True)
    return chosen.model
