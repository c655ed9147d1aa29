from uuid import UUID

from fastapi import APIRouter

from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.platform.access import Caller, Writer
from allokoli.platform.idempotency import IdempotencyKey, once
from allokoli.platform.messages import service
from allokoli.platform.messages.schemas import MessageCreate, MessageCreated, MessageRead

router = APIRouter(prefix="/messages", tags=["messages"])


@router.get("/{call_or_message_id}")
async def get_messages(call_or_message_id: UUID, caller: Caller) -> list[MessageRead] | MessageRead:
    """The messages of a call, or one message, by the id that is given."""
    async with session(caller) as opened:
        try:
            return await service.list_messages(opened, call_or_message_id)
        except NotFound:
            return await service.get_message(opened, call_or_message_id)


@router.post("/{call_id}", status_code=201)
async def create_message(
    call_id: UUID, wanted: MessageCreate, caller: Writer, key: IdempotencyKey = None
) -> MessageCreated:
    """Say something in a text call; the answer comes with it."""
    return await once(
        caller,
        f"POST /messages/{call_id}",
        key,
        wanted,
        MessageCreated,
        lambda: service.say(caller, call_id, wanted),
    )
