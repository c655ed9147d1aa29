"""Keeps a call's messages: added one by one while it runs, then made equal to the final report.

Callers hold a lock on the call's row.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import events
from allokoli.platform.messages import repository
from allokoli.platform.messages.models import Message
from allokoli.platform.messages.wire import Said


async def append(opened: AsyncSession, org_id: UUID, call_id: UUID, turn: Said) -> Message:
    """Add a turn at the end and tell whoever follows the call."""
    last = await repository.last(opened, call_id)
    row = _row(org_id, call_id, last.position + 1 if last else 0, turn)
    opened.add(row)
    await opened.flush()
    await events.publish(opened, f"call:{call_id}", event="message", id=str(row.id))
    return row


async def append_if_new(opened: AsyncSession, org_id: UUID, call_id: UUID, turn: Said) -> None:
    """Add a turn unless it is what was said last."""
    last = await repository.last(opened, call_id)
    if last is not None and last.role == turn.role and turn.content in last.content:
        return
    await append(opened, org_id, call_id, turn)


async def replace(
    opened: AsyncSession, org_id: UUID, call_id: UUID, turns: Sequence[Said]
) -> Sequence[Message]:
    """Make the messages equal to these; a turn that stays keeps its id."""
    rows = list(await repository.of_call(opened, call_id))
    for position, turn in enumerate(turns):
        if position == len(rows):
            rows.append(_row(org_id, call_id, position, turn))
            opened.add(rows[position])
            continue
        row = rows[position]
        row.position, row.role, row.content = position, turn.role, turn.content
        row.at, row.seconds_from_start = turn.at or row.at, turn.seconds_from_start
    for extra in rows[len(turns) :]:
        await opened.delete(extra)
    await opened.flush()
    return rows[: len(turns)]


def _row(org_id: UUID, call_id: UUID, position: int, turn: Said) -> Message:
    return Message(
        org_id=org_id,
        call_id=call_id,
        position=position,
        role=turn.role,
        content=turn.content,
        at=turn.at,
        seconds_from_start=turn.seconds_from_start,
    )
