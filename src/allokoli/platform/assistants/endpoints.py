from uuid import UUID

from fastapi import APIRouter

from allokoli.core.database import session
from allokoli.platform.access import Caller, Writer
from allokoli.platform.assistants import service
from allokoli.platform.assistants.schemas import AssistantCreate, AssistantRead, AssistantUpdate
from allokoli.platform.idempotency import IdempotencyKey, once
from allokoli.platform.pagination import Cursor, Limit, Page

router = APIRouter(prefix="/assistants", tags=["assistants"])


@router.get("")
async def list_assistants(
    caller: Caller, cursor: Cursor = None, limit: Limit = 50
) -> Page[AssistantRead]:
    async with session(caller) as opened:
        return await service.list_assistants(opened, cursor=cursor, limit=limit)


@router.post("", status_code=201)
async def create_assistant(
    wanted: AssistantCreate, caller: Writer, key: IdempotencyKey = None
) -> AssistantRead:
    return await once(
        caller,
        "POST /assistants",
        key,
        wanted,
        AssistantRead,
        lambda: service.create_assistant(caller, wanted),
    )


@router.get("/{assistant_id}")
async def get_assistant(assistant_id: UUID, caller: Caller) -> AssistantRead:
    async with session(caller) as opened:
        return await service.get_assistant(opened, assistant_id)


@router.patch("/{assistant_id}")
async def update_assistant(
    assistant_id: UUID, update: AssistantUpdate, caller: Writer
) -> AssistantRead:
    return await service.update_assistant(caller, assistant_id, update)


@router.delete("/{assistant_id}")
async def delete_assistant(assistant_id: UUID, caller: Writer) -> AssistantRead:
    return await service.delete_assistant(caller, assistant_id)
