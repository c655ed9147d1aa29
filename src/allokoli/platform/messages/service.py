from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import Conflict, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.calls import service as calls
from allokoli.platform.calls.models import ENDED, TEXT
from allokoli.platform.messages import repository, transcript
from allokoli.platform.messages.schemas import MessageCreate, MessageCreated, MessageRead, Reply
from allokoli.platform.messages.wire import Said
from allokoli.platform.organizations import service as organizations
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.errors import nonsense
from allokoli.vapi.server_messages import mapping


async def list_messages(opened: AsyncSession, call_id: UUID) -> list[MessageRead]:
    """What was said in a call, in order.

    Raises:
        NotFound: no such call.
    """
    row = await calls.row_of(opened, call_id)
    return [MessageRead.model_validate(one) for one in await repository.of_call(opened, row.id)]


async def get_message(opened: AsyncSession, message_id: UUID) -> MessageRead:
    """One message.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await repository.message(opened, message_id)
    if row is None:
        raise NotFound("Ce message n’existe pas.")
    return MessageRead.model_validate(row)


async def say(identity: Identity, call_id: UUID, wanted: MessageCreate) -> MessageCreated:
    """Say something in a text call and get the assistant's answer.

    Args:
        identity: who asks.
        call_id: a text call that runs.
        wanted: what the caller says; empty for a silence.

    Raises:
        NotFound: no such call.
        Conflict: not a text call, or it has ended.
        AlloKoliError: the platform's failure.
    """
    async with session(identity) as opened:
        call = await calls.row_of(opened, call_id)
        access = await organizations.voice_platform_access(opened, identity)
    if call.transport != TEXT:
        raise Conflict("On ne peut écrire que dans un appel par écrit.")
    if call.status == ENDED:
        raise Conflict("Cet appel est terminé.")
    async with VoicePlatform(access) as platform:
        answer = await platform.act(f"call/{call.platform_id}/message", wanted.model_dump())
    reply = _reply(answer)
    said_id = await _write(identity, call.id, wanted.content, reply.content)
    if reply.ended:
        await calls.pull(identity, call)
    return MessageCreated(id=said_id, role="user", content=wanted.content, reply=reply)


async def _write(identity: Identity, call_id: UUID, words: str, answer: str) -> UUID:
    """Keep both turns, unless the call's report came first and has them already.

    Returns:
        The id of the caller's message; a silence leaves none, so its answer's stands for it.
    """
    now = clock.now()
    turns = [
        turn for turn in (Said("user", words, now), Said("assistant", answer, now)) if turn.content
    ]
    async with session(identity) as opened:
        # Locked, so that two messages sent at once stand one after the other.
        call = await calls.row_of(opened, call_id, lock=True)
        if call.reported_at is None:
            rows = [await transcript.append(opened, call.org_id, call.id, one) for one in turns]
        else:
            rows = list(await repository.of_call(opened, call.id))[-len(turns) or None :]
        return rows[0].id if rows else call.id


def _reply(answer: dict[str, Any]) -> Reply:
    reply = mapping(answer.get("reply"))
    if not isinstance(reply.get("content"), str):
        raise nonsense()
    return Reply(content=reply["content"], ended=reply.get("ended") is True)
