from uuid import UUID

from fastapi import APIRouter

from allokoli.core.database import session
from allokoli.platform.access import Caller
from allokoli.platform.pagination import Cursor, Limit, Page
from allokoli.platform.phone_numbers import service
from allokoli.platform.phone_numbers.schemas import PhoneNumberRead

router = APIRouter(prefix="/phone-numbers", tags=["phone numbers"])


@router.get("")
async def list_phone_numbers(
    caller: Caller, cursor: Cursor = None, limit: Limit = 50
) -> Page[PhoneNumberRead]:
    return await service.list_phone_numbers(caller, cursor=cursor, limit=limit)


@router.get("/{number_id}")
async def get_phone_number(number_id: UUID, caller: Caller) -> PhoneNumberRead:
    async with session(caller) as opened:
        found = await service.get_phone_number(opened, number_id)
        return PhoneNumberRead.model_validate(found)
