"""Sessions: conversations in writing that go on from chat to chat."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import SESSION
from allokoli.engine.api.listing import Listing
from allokoli.engine.api.models import Resource
from allokoli.engine.calls.casting import cast_of, variable_values
from allokoli.engine.chats import hooks
from allokoli.engine.chats.announcing import announce
from allokoli.engine.chats.messages import Message, plain, read_messages
from allokoli.engine.chats.messages import told as messages_told

ACTIVE, COMPLETED = "active", "completed"
ANSWERERS = ("assistantId", "assistant", "squadId", "squad")
DEFAULT_EXPIRATION_S = 86_400
# A session that web pages may go on with.
WEB = "web"
_INNER = frozenset({"conversationState", "metrics", WEB})


async def create(identity: Identity, body: dict[str, Any], *, web: bool = False) -> dict[str, Any]:
    """Open a session, and do what its assistant's `session.created` hooks ask.

    Args:
        identity: acts for the organization.
        body: Vapi's CreateSessionDTO.
        web: whether web pages may go on with it.

    Raises:
        Invalid: the request, or who it names to answer.
    """
    given = {name: value for name, value in body.items() if value is not None}
    check_answerers(given)
    managed: dict[str, Any] = {"status": ACTIVE, "expirationSeconds": DEFAULT_EXPIRATION_S}
    managed = {name: given.get(name, value) for name, value in managed.items()}
    managed |= {WEB: True} if web else {}
    async with session(identity) as opened:
        row = await resources.insert(opened, identity, SESSION, given, managed=managed)
        body = dict(resources.whole_body(row))
        body["messages"] = read_messages(body.get("messages") or [], row.created_at)
        await resources.keep(opened, row, body)
        assistant = await assistant_of(opened, body)
        told = shown(row)
    announce(row.org_id, assistant, "session.created", session=told)
    if hooks.wants_to_act(assistant):
        hooks.session_created(identity, told)
    return told


async def listed(identity: Identity, listing: Listing) -> dict[str, Any]:
    """A page of the organization's sessions."""
    page = await resources.listed_page(identity, SESSION, listing)
    return {**page, "results": [_completed(one) for one in page["results"]]}


async def get(identity: Identity, session_id: str) -> dict[str, Any]:
    """One session.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    return _completed(await resources.get(identity, SESSION, session_id))


async def update(identity: Identity, session_id: str, patch: dict[str, Any]) -> dict[str, Any]:
    """Change a session's name, status, expiration or messages.

    Raises:
        Invalid: the id, or another property.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await resources.row(opened, SESSION, session_id, lock=True)
        await resources.change(opened, SESSION, row, patch)
        body = dict(resources.whole_body(row))
        if patch.get("messages") is not None:
            body["messages"] = read_messages(body["messages"], row.updated_at)
            await resources.keep(opened, row, body)
        assistant = await assistant_of(opened, body)
        told = shown(row)
    announce(row.org_id, assistant, "session.updated", session=told)
    return told


async def delete(identity: Identity, session_id: str) -> dict[str, Any]:
    """Remove a session; its chats stay.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await resources.row(opened, SESSION, session_id, lock=True)
        assistant = await assistant_of(opened, resources.whole_body(row))
        told = shown(row)
        await opened.delete(row)
    announce(row.org_id, assistant, "session.deleted", session=told)
    return told


async def assistant_of(opened: AsyncSession, body: dict[str, Any]) -> dict[str, Any] | None:
    """Who answers first in a session or a chat, secrets included; None when nobody can."""
    if not any(body.get(name) for name in ANSWERERS):
        return None
    try:
        return (await cast_of(opened, body)).first.assistant
    except Invalid:
        # What it was made with is gone since.
        return None


def check_answerers(body: dict[str, Any]) -> None:
    """At most one may answer.

    Raises:
        Invalid: several are named.
    """
    named = [name for name in ANSWERERS if body.get(name)]
    if len(named) > 1:
        raise Invalid([f"only one of {', '.join(ANSWERERS)} may be given"])


def check_active(row: Resource) -> None:
    """A session that is over takes no more words.

    Raises:
        Invalid: it is completed, or has expired.
    """
    if row.body.get("status") == COMPLETED:
        raise Invalid([f"sessionId: Session {row.id} is completed"])
    if _has_expired(row):
        raise Invalid([f"sessionId: Session {row.id} has expired"])


def shown(row: Resource) -> dict[str, Any]:
    """A session on the wire."""
    return _completed(resources.shown(SESSION, row))


def _has_expired(row: Resource) -> bool:
    lasts = timedelta(seconds=row.body.get("expirationSeconds") or DEFAULT_EXPIRATION_S)
    return clock.now() >= row.created_at + lasts


def _completed(told: dict[str, Any]) -> dict[str, Any]:
    """With what it left and cost, without what only the engine needs."""
    opened_at = datetime.fromisoformat(told["createdAt"])
    expires = opened_at + timedelta(seconds=told["expirationSeconds"])
    metrics = told.get("metrics") or {}
    status = COMPLETED if clock.now() >= expires else told["status"]
    public = {name: value for name, value in told.items() if name not in _INNER}
    messages = told.get("messages") or []
    return {
        **public,
        "status": status,
        "messages": messages_told(messages, opened_at),
        "cost": 0,
        "costs": [*metrics.get("models", ()), {"type": "session", "cost": 0}],
        "artifact": _artifact(told, messages),
    }


def _artifact(told: dict[str, Any], messages: list[Message]) -> dict[str, Any]:
    names = {"assistant": "AI", "user": "User"}
    lines = [
        f"{names[one['role']]}: {one['content']}\n"
        for one in messages
        if one["role"] in names and one["content"]
    ]
    return {
        "messagesOpenAIFormatted": plain(messages),
        "transcript": "".join(lines),
        "variableValues": variable_values(told),
    }
