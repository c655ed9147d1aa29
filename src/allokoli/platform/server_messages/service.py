from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.errors import Unauthorized
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import identify_key
from allokoli.platform.agenda import tools
from allokoli.platform.agenda.tools import TOOL_CALLS
from allokoli.platform.calls import applying
from allokoli.platform.server_messages.models import ServerMessageRow
from allokoli.vapi.server_messages import ServerMessage, read

_log = structlog.get_logger()


async def sender(secret: str | None) -> Identity:
    """The organization whose voice platform sends a message.

    Args:
        secret: the `X-Vapi-Secret` header.

    Raises:
        Unauthorized: missing, wrong or revoked.
    """
    holder = await identify_key(secret) if secret else None
    if holder is None or holder.kind != "server":
        raise Unauthorized("La signature de ce message n’est pas valable.")
    return holder.identity


async def answer(identity: Identity, payload: Any, *, rehearsal: bool = False) -> dict[str, Any]:
    """Take a message: what asks for functions is answered, any other is kept and applied.

    Args:
        identity: the organization, from `sender`.
        payload: the decoded body, `{"message": {...}}`.
        rehearsal: a simulated caller's: nothing is kept.

    Returns:
        What the voice platform is answered.

    Raises:
        InvalidInput: not a server message.
    """
    message = read(payload)
    if message.type == TOOL_CALLS:
        return await tools.answer(identity, message, rehearsal=rehearsal)
    if rehearsal:
        return {"received": True, "new": False}
    return {"received": True, "new": await receive(identity, payload)}


async def receive(identity: Identity, payload: Any) -> bool:
    """Store a message and apply it, once, whatever the number of its deliveries.

    Args:
        identity: the organization, from `sender`.
        payload: the decoded body, `{"message": {...}}`.

    Returns:
        Whether it was new.

    Raises:
        InvalidInput: not a server message.
    """
    message = read(payload)
    async with session(identity) as opened:
        row_id = await _store(opened, identity.organization, message)
        if row_id is None:
            return False
        await _apply(opened, identity.organization, row_id, message)
    return True


async def apply_again(identity: Identity, row_id: UUID) -> None:
    """Apply a stored message that could not be applied when it came.

    Raises:
        Exception: it still cannot be; to be tried again.
    """
    async with session(identity) as opened:
        row = await opened.scalar(
            select(ServerMessageRow).where(ServerMessageRow.id == row_id).with_for_update()
        )
        if row is None or row.applied_at is not None:
            return
        await applying.apply(opened, identity.organization, read({"message": row.body}))
        row.applied_at, row.error = clock.now(), None


async def _store(opened: AsyncSession, org_id: UUID, message: ServerMessage) -> UUID | None:
    """The new row's id; None when this message was already received."""
    stored = insert(ServerMessageRow).values(
        org_id=org_id,
        key=message.key,
        type=message.type,
        call_platform_id=message.call_id,
        body=message.body,
        received_at=clock.now(),
    )
    return await opened.scalar(
        stored.on_conflict_do_nothing(index_elements=["org_id", "key"]).returning(
            ServerMessageRow.id
        )
    )


async def _apply(opened: AsyncSession, org_id: UUID, row_id: UUID, message: ServerMessage) -> None:
    """Apply inside a savepoint: what cannot be applied is kept, and tried again by a job."""
    from allokoli.platform.server_messages.tasks import apply_server_message

    row = await opened.get_one(ServerMessageRow, row_id)
    try:
        async with opened.begin_nested():
            await applying.apply(opened, org_id, message)
            row.applied_at = clock.now()
    except (SQLAlchemyError, ValueError, TypeError, KeyError) as error:
        reason = type(error).__name__
        _log.error("server_message_not_applied", id=str(row_id), type=message.type, error=reason)
        await opened.refresh(row)
        row.error = reason
        await jobs.defer(opened, apply_server_message, org_id=str(org_id), message_id=str(row_id))
