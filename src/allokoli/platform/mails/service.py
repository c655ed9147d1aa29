from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.errors import NotFound
from allokoli.core.mail import Mail
from allokoli.platform.mails.schemas import MailRead
from allokoli.platform.pagination import Page, page_of


async def list_mails(
    opened: AsyncSession, *, cursor: str | None = None, limit: int = 50
) -> Page[MailRead]:
    """Every mail of the organization, newest first, sent or waiting."""
    rows, next_cursor = await page_of(opened, select(Mail), Mail, cursor, limit)
    return Page(data=[MailRead.model_validate(row) for row in rows], next_cursor=next_cursor)


async def get_mail(opened: AsyncSession, mail_id: UUID) -> MailRead:
    """One mail.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await opened.get(Mail, mail_id)
    if row is None:
        raise NotFound("Ce message n’existe pas.")
    return MailRead.model_validate(row)
