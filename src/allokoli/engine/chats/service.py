"""Chats that were answered."""

from typing import Any

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.kinds import CHAT
from allokoli.engine.api.listing import Listing
from allokoli.engine.chats import sessions
from allokoli.engine.chats.announcing import announce
from allokoli.engine.chats.shown import public, shown


async def listed(identity: Identity, listing: Listing) -> dict[str, Any]:
    """A page of the organization's chats."""
    page = await resources.listed_page(identity, CHAT, listing)
    return {**page, "results": [public(one) for one in page["results"]]}


async def get(identity: Identity, chat_id: str) -> dict[str, Any]:
    """One chat.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    return public(await resources.get(identity, CHAT, chat_id))


async def delete(identity: Identity, chat_id: str) -> dict[str, Any]:
    """Remove a chat; its session keeps what was said.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await resources.row(opened, CHAT, chat_id, lock=True)
        assistant = await sessions.assistant_of(opened, resources.whole_body(row))
        told = shown(row)
        await opened.delete(row)
    announce(row.org_id, assistant, "chat.deleted", chat=told)
    return told
