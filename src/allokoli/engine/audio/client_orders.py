"""What the caller's own client may ask of a call without the engine's control."""

import asyncio
from typing import Any, Protocol

from allokoli.engine.conversation import ended_reasons as ended


class Ordered(Protocol):
    """The call that is asked."""

    async def hang_up(self, reason: str) -> None: ...

    async def press(self, digits: str) -> None: ...


_hanging_up: set["asyncio.Task[None]"] = set()


async def obey(call: Ordered, message: dict[str, Any]) -> bool:
    """Do what a client's message asks, if it is one of the few that need no checking.

    Args:
        call: in which it was sent.
        message: as it came; anything.

    Returns:
        Whether it was one; all else is for the engine's control.
    """
    match message:
        case {"type": "end-call" | "hangup"}:
            # Not awaited: the end of the call ends the task that reads this message.
            task = asyncio.create_task(call.hang_up(ended.CALLER_HUNG_UP))
            _hanging_up.add(task)
            task.add_done_callback(_hanging_up.discard)
        case {"type": "dtmf", "digits": str(digits)} | {"type": "dtmf", "digit": str(digits)}:
            await call.press("".join(key for key in digits if key in "0123456789*#")[:40])
        case _:
            return False
    return True
