"""Models one after the other: when one fails before it has said anything, the next one answers."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from time import monotonic
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

_REST_S = 30.0

_log = structlog.get_logger()


class Chain:
    """A `ChatModel` made of several.

    One that failed is not asked again for half a minute: a call must not wait for it at each turn.

    Args:
        models: in the order to ask them; at least one.
        warn: told, once for each model, that it was replaced.
    """

    def __init__(
        self, models: Sequence[OpenAICompatible], warn: Callable[[str], None] | None = None
    ) -> None:
        self.models = tuple(models)
        self._warn = warn
        self._told: set[int] = set()
        self._rests_until: dict[int, float] = {}

    async def stream(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncGenerator[Delta]:
        """Answer. See `ChatModel`."""
        last = len(self.models) - 1
        for index, model in enumerate(self.models):
            if index < last and monotonic() < self._rests_until.get(index, 0.0):
                continue
            begun = False
            try:
                async with contextlib.aclosing(model.stream(messages, tools)) as deltas:
                    async for delta in deltas:
                        begun = begun or isinstance(delta, (TextDelta, ToolCall))
                        yield delta
            except ModelFailed as failure:
                if begun or index == last:
                    raise
                self._replaced(index, str(failure))
            else:
                return

    async def close(self) -> None:
        """Release every model's connections."""
        for model in self.models:
            await model.close()

    def _replaced(self, index: int, reason: str) -> None:
        self._rests_until[index] = monotonic() + _REST_S
        title, following = (one.settings.title for one in self.models[index : index + 2])
        _log.warning("model_replaced", model=title, by=following, reason=reason)
        if self._warn is not None and index not in self._told:
            self._told.add(index)
            self._warn(f"{title} did not answer ({reason}): {following} answered instead.")
