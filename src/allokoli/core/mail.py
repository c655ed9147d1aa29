"""Mail: queued with the change that causes it, delivered by a job, visible to the operator.

With no SMTP server configured a mail stays in the outbox, which the interface shows.
"""

from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from sqlalchemy import String, Text, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core import clock, events, jobs
from allokoli.core.database import Base, session
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings

_TIMEOUT_S = 20
_CALENDAR_FILE = "reservation.ics"


class MailNotTaken(Exception):
    """The SMTP server did not take a mail; it will be offered again."""


class Mail(Base):
    """A mail and what became of it.

    `status`: queued, sent, failed (will be tried again, see `error`), outbox (no SMTP server).
    """

    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    to: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


async def queue(
    opened: AsyncSession,
    *,
    org_id: UUID,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    calendar: str | None = None,
) -> Mail:
    """Queue a mail inside the session's transaction.

    Args:
        opened: the session.
        org_id: the organization it is sent for.
        to: one address.
        subject: one line; line breaks are folded into spaces.
        text: the body.
        html: the same body for mail programs that show HTML.
        calendar: an event to attach, as iCalendar text.
    """
    line = " ".join(subject.split())[:300]
    mail = Mail(org_id=org_id, to=to, subject=line, text=text, html=html, calendar=calendar)
    if not get_settings().smtp_url:
        mail.status = "outbox"
    opened.add(mail)
    await opened.flush()
    await events.publish(opened, f"org:{org_id}", event="mail", id=str(mail.id))
    if get_settings().smtp_url:
        await jobs.defer(opened, deliver, org_id=str(org_id), mail_id=str(mail.id))
    return mail


@jobs.task("core.deliver_mail")
async def deliver(org_id: str, mail_id: str) -> None:
    """Send one mail; on failure note why and let the job be tried again.

    No transaction is held while the server is spoken to. Should two runs of the job meet, the
    receiving server knows the second copy by its id.
    """
    identity = Identity.job(org_id)
    async with session(identity) as opened:
        mail = await opened.get(Mail, UUID(mail_id), with_for_update=True)
        if mail is None or mail.status == "sent":
            return
        mail.attempts += 1
    status, failure, details = "sent", None, None
    try:
        await _send(mail)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        status, failure = "failed", type(error).__name__
        details = f"{failure}: {error}"[:300]
    async with session(identity) as opened:
        mail = await opened.get_one(Mail, UUID(mail_id), with_for_update=True)
        if mail.status != "sent":
            mail.status, mail.error = status, details
            mail.sent_at = None if failure else clock.now()
        await events.publish(opened, f"org:{org_id}", event="mail", id=mail_id)
    if failure is not None:
        # The worker logs it, and what the server answered may hold the address.
        raise MailNotTaken(failure)


async def _send(mail: Mail) -> None:
    settings = get_settings()
    server = urlsplit(settings.smtp_url)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, mail.to, mail.subject
    # The same id at each attempt lets the receiving server drop a duplicate.
    message["Message-ID"] = f"<{mail.id}@allokoli>"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    if mail.calendar:
        message.add_attachment(
            mail.calendar.encode(),
            maintype="text",
            subtype="calendar",
            filename=_CALENDAR_FILE,
            params={"method": "PUBLISH", "charset": "utf-8"},
        )
    tls = server.scheme == "smtps"
    await aiosmtplib.send(
        message,
        hostname=server.hostname,
        port=server.port or (465 if tls else 587),
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=tls,
        timeout=_TIMEOUT_S,
    )
