"""Holds a model's answer back until what it says can be judged: a sentence, a whole function call.

A voice speaks in sentences, so waiting for their ends costs the caller nothing. What is not fit to
be said, or to be done, never leaves here: `ModelFailed` is raised instead, and another model
answers.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator, Sequence
from time import monotonic
from typing import Any

from allokoli.blueprint.prompt import recites
from allokoli.dialogue.unspeakable import (
    MAX_SENTENCE_CHARS,
    claims_done,
    is_echo,
    why_unspeakable,
)
from allokoli.engine.conversation.chat_model import Delta, Message, ModelFailed, TextDelta, ToolCall
from allokoli.engine.conversation.script import text_of
from allokoli.engine.models.tool_arguments import why_unusable

# A caller hears nothing meanwhile.
_FIRST_SENTENCE_S = 8.0
# Nobody listens longer to a machine; the rest is left out.
_MAX_SAID_CHARS = 1_200
_SENTENCE = re.compile(r".*?(?:[.?!…]+[»”\"')\]]*(?=\s)|\n)\s*", re.DOTALL)
_THOUGHT = re.compile(r"<think>.*?</think>\s*", re.DOTALL)
_THINKING = "<think>"
_WRITES = ("book_slot", "change_booking", "cancel_booking")
_WRITTEN = ('"booked": true', '"booked":true', '"cancelled": true', '"cancelled":true')


class Unspeakable(ModelFailed):
    """The model answered, and nothing that may be said or done."""


class Judge:
    """What one answer is held against.

    Args:
        languages: those of the conversation; any will do when empty.
        messages: the conversation so far, in OpenAI's shape.
        tools: functions the model may ask for.
    """

    def __init__(
        self, languages: Sequence[str], messages: list[Message], tools: list[dict[str, Any]]
    ) -> None:
        self._languages = tuple(languages)
        self._parameters = {
            str(function.get("name")): function.get("parameters")
            for tool in tools
            if isinstance(function := tool.get("function"), dict)
        }
        turns = [one for one in messages if one.get("role") == "user"]
        self._heard = text_of(turns[-1].get("content")) if turns else ""
        self._keeps_agenda = any(name in self._parameters for name in _WRITES)
        self._written = any(_wrote(one) for one in messages)
        self._said: list[str] = []

    def sentence(self, text: str) -> str | None:
        """Why a sentence must not be said; None when it may."""
        words = text.strip().lower()
        if words in self._said and "?" not in words:
            return "repetition"
        self._said.append(words)
        if is_echo(text, self._heard):
            return "an echo"
        if self._keeps_agenda and not self._written and claims_done(text):
            return "a booking made up"
        if any(recites(text, one) for one in self._languages):
            return "its own instructions"
        return why_unspeakable(text, self._languages)

    def call(self, call: ToolCall) -> str | None:
        """Why a function call must not be made; None when it may."""
        return why_unusable(json.loads(call.arguments), self._parameters.get(call.name))


async def speakable(
    answer: AsyncGenerator[Delta], judge: Judge, ended_reason: str
) -> AsyncGenerator[Delta]:
    """What may be said and done of an answer, as it comes; words come by the sentence.

    Args:
        answer: a model's.
        judge: what it is held against.
        ended_reason: Vapi's literal for a call that ends because this model failed.

    Raises:
        ModelFailed: the model failed, or went on with what must not be said. What was yielded
            until then is whole sentences.
    """
    sentences, said = _Sentences(), 0
    kept: list[Delta] = []
    first_by = monotonic() + _FIRST_SENTENCE_S
    async with contextlib.aclosing(answer) as deltas:
        while said <= _MAX_SAID_CHARS:
            try:
                async with asyncio.timeout(None if said else max(first_by - monotonic(), 0.0)):
                    delta = await anext(deltas, None)
            except TimeoutError:
                raise ModelFailed("too slow", ended_reason) from None
            if delta is not None and not isinstance(delta, TextDelta):
                kept.append(delta)
                continue
            for text in sentences.rest() if delta is None else sentences.add(delta.text):
                if (problem := judge.sentence(text)) is not None:
                    raise Unspeakable(problem, ended_reason)
                said += len(text)
                yield TextDelta(text)
            if delta is None:
                break
    calls = [one for one in kept if isinstance(one, ToolCall)]
    wrong = [call for call in calls if judge.call(call) is not None]
    if not said and len(wrong) == len(calls):
        raise Unspeakable("a wrong function call" if calls else "no words", ended_reason)
    for one in kept:
        if one not in wrong:
            yield one


class _Sentences:
    """Cuts what comes in pieces into sentences; what the model thinks by itself is left out."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, piece: str) -> list[str]:
        """The sentences that are whole now."""
        self._held = _THOUGHT.sub("", self._held + piece)
        head = self._held.lstrip()
        if head.startswith(_THINKING) or (head and _THINKING.startswith(head)):
            return []
        found = []
        while (match := _SENTENCE.match(self._held)) is not None:
            found.append(match.group())
            self._held = self._held[match.end() :]
        if len(self._held) > MAX_SENTENCE_CHARS:
            found.append(self._held)
            self._held = ""
        return [one for one in found if one.strip()]

    def rest(self) -> list[str]:
        """What is left when the answer has ended."""
        held, self._held = self._held, ""
        return [held] if held.strip() and not held.lstrip().startswith(_THINKING) else []


def _wrote(message: Message) -> bool:
    """Whether a message is the agenda's word that something was written in it."""
    return message.get("role") == "tool" and any(
        mark in text_of(message.get("content")) for mark in _WRITTEN
    )
