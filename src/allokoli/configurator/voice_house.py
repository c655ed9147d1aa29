"""The installation's own place at the built-in engine, where AlloKoliConfig answers calls.

Who talks with AlloKoliConfig may have no account yet: their calls are the house's. Its key never
leaves this machine; a browser only gets the link of one call.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import create_key, signing_keys
from allokoli.core.settings import get_settings
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.regions import engine_access

HOUSE = UUID("a110c011-0000-4000-8000-000000000001")
_MOST_AT_ONCE = 500
_KEY_NAME = "AlloKoliConfig"


async def start_web_call(assistant: dict[str, Any]) -> dict[str, Any]:
    """Start a call from a browser with an assistant made for it.

    Args:
        assistant: as Vapi writes it.

    Returns:
        The call, with its `webCallUrl`.

    Raises:
        VoicePlatformFailed: the engine is not running, or refused.
    """
    access = engine_access(get_settings().engine_internal_url, await _key(), "")
    async with VoicePlatform(access) as platform:
        return await platform.act("call/web", {"assistant": assistant})


async def end_call(call_id: str) -> None:
    """End a call that no longer leads its conversation, so that its line is free; best effort.

    Args:
        call_id: at the engine.
    """
    access = engine_access(get_settings().engine_internal_url, await _key(), "")
    with suppress(AlloKoliError):
        async with VoicePlatform(access) as platform:
            await platform.act(f"call/{call_id}/control", {"type": "end-call"})


async def forget_calls(before: datetime) -> int:
    """Remove the ended calls begun before a moment; returns how many.

    What was said in them is kept by their conversations, as long as those are.
    """
    keys = await signing_keys(HOUSE)
    if not keys:
        return 0
    forgotten = 0
    async with VoicePlatform(engine_access(get_settings().engine_internal_url, keys[0], "")) as one:
        for call in await one.list("call", limit=_MOST_AT_ONCE, createdAtLt=before.isoformat()):
            if call.get("status") == "ended":
                await one.delete("call", str(call["id"]))
                forgotten += 1
    return forgotten


async def _key() -> str:
    """The house's key, made when it is first needed."""
    keys = await signing_keys(HOUSE)
    if keys:
        return keys[0]
    async with session(Identity.job(HOUSE)) as opened:
        return (await create_key(opened, HOUSE, _KEY_NAME, "private"))[1]
