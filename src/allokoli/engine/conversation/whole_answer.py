"""A model's answer as a whole, where nobody listens while it comes."""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import Any

from allokoli.engine.conversation.chat_model import ChatModel, Message, TextDelta, Usage


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """What a model said to one question.

    Attributes:
        text: its words, without the space around them; models bound their length.
        used: the tokens it took, as often as the model told them.
    """

    text: str
    used: tuple[Usage, ...]


async def whole_answer(
    model: ChatModel, messages: list[Message], *, timeout_s: float
) -> WholeAnswer:
    """Ask a model and wait for the end of its answer.

    Args:
        model: left open.
        messages: what to ask, in OpenAI's shape.
        timeout_s: longest wait, in seconds.

    Raises:
        ModelFailed: it could not, before or in the middle of the answer.
        TimeoutError: not in time.
    """
    words: list[str] = []
    used: list[Usage] = []
    async with (
        asyncio.timeout(timeout_s),
        contextlib.aclosing(model.stream(messages, [])) as deltas,  # type: ignore[type-var] # a generator in every model
    ):
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                words.append(delta.text)
            elif isinstance(delta, Usage):
                used.append(delta)
    return WholeAnswer("".join(words).strip(), tuple(used))


def json_in(answer: str) -> Any:
    """The JSON in an answer, which models like to wrap in words and fences; None without any."""
    text = answer.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    pieces = [text]
    for opening, closing in (("{", "}"), ("[", "]")):
        start, end = text.find(opening), text.rfind(closing)
        if 0 <= start < end:
            pieces.append(text[start : end + 1])
    for piece in pieces:
        try:
            return json.loads(piece)
        except (ValueError, RecursionError):
            continue
    return None
