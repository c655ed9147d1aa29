"""What a conversation needs of a language model."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function the model asks for, once its arguments are complete.

    Attributes:
        id: made by the model.
        name: the function.
        arguments: JSON text.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens an answer took, as the model counts them."""

    prompt_tokens: int
    completion_tokens: int


Delta = TextDelta | ToolCall | Usage


class ModelFailed(Exception):
    """The model refused, timed out, broke off or answered nonsense.

    Args:
        reason: for the log; no customer words.
        ended_reason: Vapi's literal for a call that ends because of it.
    """

    def __init__(self, reason: str, ended_reason: str) -> None:
        super().__init__(reason)
        self.ended_reason = ended_reason


class ChatModel(Protocol):
    """A model behind an OpenAI-compatible API."""

    def stream(self, messages: list[Message], tools: list[dict[str, Any]]) -> AsyncIterator[Delta]:
        """Answer.

        Args:
            messages: the conversation so far, in OpenAI's shape.
            tools: functions the model may ask for, in OpenAI's shape.

        Raises:
            ModelFailed: it could not, before or in the middle of the answer.
        """
        ...

    async def close(self) -> None:
        """Release its connections."""
        ...
