from uuid import UUID

from fastapi import APIRouter

from allokoli.core.database import session
from allokoli.platform.access import Admin
from allokoli.platform.mails import service
from allokoli.platform.mails.schemas import MailRead
from allokoli.platform.pagination import Cursor, Limit, Page

router = APIRouter(prefix="/mails", tags=["mails"])


@router.get("")
async def list_mails(caller: Admin, cursor: Cursor = None, limit: Limit = 50) -> Page[MailRead]:
    async with session(caller) as opened:
        return await service.list_mails(opened, cursor=cursor, limit=limit)


@router.get("/{mail_id}")
async def get_mail(mail_id: UUID, caller: Admin) -> MailRead:
    async with session(caller) as opened:
        return await service.get_mail(opened, mail_id)
