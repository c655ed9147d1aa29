"""Asks the owner's server whether the caller has finished."""

import asyncio
from typing import Any

from allokoli.engine.audio.surroundings import Surroundings
from allokoli.engine.conversation.backstage import ServerFailed

_ANSWER_S = 3.0
_MAX_WAIT_S = 15.0


async def asked_endpointing(
    around: Surroundings, server: dict[str, Any] | None, words: str
) -> float | None:
    """How many seconds of silence end the turn, as the server says.

    Args:
        around: the call's surroundings.
        server: of the endpointing plan; None for the assistant's own.
        words: the caller's of this turn.

    Returns:
        None when it gives no valid answer in time: the engine's own model decides.
    """
    said = [{"role": "user", "content": words}]
    fields = {
        "messages": [{"role": "user", "message": words}],
        "messagesOpenAIFormatted": said,
    }
    try:
        async with asyncio.timeout(_ANSWER_S):
            answer = await around.ask_server("call.endpointing.request", fields, server)
    except (ServerFailed, TimeoutError):
        return None
    seconds = answer.get("timeoutSeconds") if isinstance(answer, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds != seconds:  # noqa: PLR0124 - NaN
        return None
    return min(max(float(seconds), 0.0), _MAX_WAIT_S)
