"""Models one after the other: when one fails, or answers nonsense, the next one answers."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import structlog

from allokoli.engine.conversation.chat_model import (
    Delta,
    Message,
    ModelFailed,
    TextDelta,
    ToolCall,
)
from allokoli.engine.models.openai_compatible import OpenAICompatible
from allokoli.engine.models.resting import lay_to_rest, rests
from allokoli.engine.models.speakable import Judge, Unspeakable, speakable

_MOST_UNSPEAKABLE = 2

_log = structlog.get_logger()


class Chain:
    """A `ChatModel` made of several.

    One that failed is not asked again for half a minute: a call must not wait for it at each turn.
    One that answered nonsense is asked again at the next turn, and once more at most.

    Args:
        models: in the order to ask them; at least one.
        warn: told, once for each model, that it was replaced.
        languages: those of a conversation that is spoken; each answer but the last model's is then
            held back by the sentence and judged. None where answers are not spoken.
        scope: the organization, within which a model rests.
    """

    def __init__(
        self,
        models: Sequence[OpenAICompatible],
        warn: Callable[[str], None] | None = None,
        *,
        languages: Sequence[str] | None = None,
        scope: str = "",
    ) -> None:
        self.models = tuple(models)
        self._warn = warn
        self._languages = languages
        self._scope = scope
        self._told: set[int] = set()
        self._unspeakable: dict[int, int] = {}

    async def stream(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncGenerator[Delta]:
        """Answer. See `ChatModel`."""
        last = len(self.models) - 1
        index = 0
        while index <= last:
            if index < last and self._left_alone(index):
                index += 1
                continue
            said, begun = "", False
            try:
                async with contextlib.aclosing(self._answer(index, messages, tools)) as deltas:
                    async for delta in deltas:
                        begun = begun or isinstance(delta, (TextDelta, ToolCall))
                        said = delta.text if isinstance(delta, TextDelta) else said
                        yield delta
            except ModelFailed as failure:
                if index == last or (begun and self._languages is None):
                    raise
                following = last if begun else index + 1
                self._replaced(index, following, failure)
                if said.rstrip().endswith("?"):
                    # Whole sentences were said, and the caller was asked something.
                    return
                if begun:
                    yield TextDelta(" ")
                index = following
            else:
                return

    async def close(self) -> None:
        """Release every model's connections."""
        for model in self.models:
            await model.close()

    def _answer(
        self, index: int, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncGenerator[Delta]:
        model = self.models[index]
        answer = model.stream(messages, tools)
        if self._languages is None or index == len(self.models) - 1:
            return answer
        judge = Judge(self._languages, messages, tools)
        return speakable(answer, judge, model.settings.ended_reason)

    def _left_alone(self, index: int) -> bool:
        if self._unspeakable.get(index, 0) >= _MOST_UNSPEAKABLE:
            return True
        return rests(self._scope, self.models[index].settings)

    def _replaced(self, index: int, following: int, failure: ModelFailed) -> None:
        if isinstance(failure, Unspeakable):
            # What a caller says can bring it about: no other call is to suffer from it.
            self._unspeakable[index] = self._unspeakable.get(index, 0) + 1
        else:
            lay_to_rest(self._scope, self.models[index].settings)
        title, other = (self.models[one].settings.title for one in (index, following))
        reason = str(failure)
        _log.warning("model_replaced", model=title, by=other, reason=reason)
        if self._warn is not None and index not in self._told:
            self._told.add(index)
            self._warn(f"{title} did not answer ({reason}): {other} answered instead.")
