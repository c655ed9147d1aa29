"""Written confirmations of bookings: asked for in a call, sent by a job, once."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import jobs, mail
from allokoli.core.database import session
from allokoli.core.errors import TooMany
from allokoli.core.i18n import translator
from allokoli.core.identity import Identity
from allokoli.core.plain_line import one_line
from allokoli.platform import text_messages, throttle
from allokoli.platform.agenda import calendar_text, repository
from allokoli.platform.agenda.models import Booking, Channel, Confirmation
from allokoli.platform.organizations import service as organizations
from allokoli.platform.organizations.models import Organization
from allokoli.vapi.errors import Uncertain
from allokoli.vapi.regions import Access

MOST_OF_A_BOOKING = 3
# To one address in a day, and of an organization in an hour, whatever the number of bookings:
# callers choose where confirmations go.
MOST_TO_ONE, _DAY_S = 6, 86_400
_MOST_OF_ALL, _HOUR_S = 120, 3_600
_LONGEST_NAME = 60
# Digits, and the signs that make an address of the web, of mail, or a phone number out of words.
_LEADING = re.compile(r"[\d/\\:@#&?=+<>_%]|(?<=\w)\.(?=\w)")


async def ask(
    opened: AsyncSession, row: Booking, channel: Channel, to: str, locale: str
) -> str | None:
    """Queue a confirmation.

    Args:
        opened: a session of the organization, in which the agenda is held.
        row: the booking.
        channel: how it is sent.
        to: a checked address, or a number in E.164.
        locale: language of the words.

    Returns:
        None when it will be sent, else why not: `too_many`, `no_number`.
    """
    from allokoli.platform.agenda.tasks import send_booking_confirmation

    if await repository.confirmations_of(opened, row.id) >= MOST_OF_A_BOOKING:
        return "too_many"
    if channel == "sms":
        sender = await text_messages.sender(opened, row.org_id, row.assistant_id)
        if sender is None:
            return "no_number"
    try:
        await _count(opened, row.org_id, to)
    except TooMany:
        return "too_many"
    made = Confirmation(
        org_id=row.org_id,
        booking_id=row.id,
        channel=channel,
        recipient=to,
        locale=locale,
        status="queued",
    )
    opened.add(made)
    await opened.flush()
    await jobs.defer(
        opened,
        send_booking_confirmation,
        org_id=str(row.org_id),
        confirmation_id=str(made.id),
    )
    return None


async def send(identity: Identity, confirmation_id: UUID) -> None:
    """Send a confirmation that was asked for, unless it was sent, or its booking was cancelled.

    Raises:
        AlloKoliError: the voice platform's failure; to be tried again.
    """
    async with session(identity) as opened:
        made = await repository.confirmation(opened, confirmation_id)
        if made is None or made.status != "queued":
            return
        row = await repository.booking(opened, made.booking_id)
        if row is None or row.status != "booked":
            made.status = "failed"
            return
        organization = await organizations.get_organization(opened, identity)
        words = _words(row, organization, made.locale)
        # A message that was perhaps sent is not sent again: it is marked before.
        made.status = "sent"
        if made.channel == "email":
            await _mail(opened, row, organization, made, words)
            return
        sender = await text_messages.sender(opened, row.org_id, row.assistant_id)
        access = await organizations.voice_platform_access(opened, identity)
    if sender is None:
        await _mark(identity, confirmation_id, "failed")
        return
    await _text(identity, made, access, sender, words["short"])


async def _count(opened: AsyncSession, org_id: UUID, to: str) -> None:
    buckets = (
        (f"confirmations-to:{org_id}:{to.lower()}", MOST_TO_ONE, _DAY_S),
        (f"confirmations:{org_id}", _MOST_OF_ALL, _HOUR_S),
    )
    for bucket, limit, window_s in buckets:
        await throttle.check(opened, bucket, limit=limit, window_s=window_s)
    for bucket, _, _ in buckets:
        await throttle.note(opened, bucket)


async def _mail(
    opened: AsyncSession,
    row: Booking,
    organization: Organization,
    made: Confirmation,
    words: dict[str, str],
) -> None:
    invitation = calendar_text.invitation(row, title=words["title"], place=organization.name)
    await mail.queue(
        opened,
        org_id=row.org_id,
        to=made.recipient,
        subject=words["title"],
        text=words["text"],
        calendar=invitation.decode(),
    )


async def _text(
    identity: Identity, made: Confirmation, access: Access, by: text_messages.Sender, words: str
) -> None:
    try:
        await text_messages.send(access, by, to=made.recipient, words=words)
    except Uncertain:
        return
    except Exception:
        await _mark(identity, made.id, "queued")
        raise


async def _mark(identity: Identity, confirmation_id: UUID, status: Any) -> None:
    async with session(identity) as opened:
        made = await repository.confirmation(opened, confirmation_id)
        if made is not None:
            made.status = status


def _words(row: Booking, organization: Organization, locale: str) -> dict[str, str]:
    gettext = translator(locale).gettext
    when = spoken_moment(row.starts_at, locale, organization.timezone)
    known = {"name": organization.name, "when": when, "reference": row.reference}
    title = gettext("%(name)s\u00a0: votre réservation du %(when)s") % known
    lines = [
        gettext("Bonjour,"),
        "",
        gettext("Votre réservation est confirmée\u00a0: %(when)s, au nom de %(person)s.")
        % {**known, "person": _name_alone(row.name)},
    ]
    if row.party_size:
        lines.append(gettext("Nombre de personnes\u00a0: %(count)s.") % {"count": row.party_size})
    lines += [
        gettext("Référence\u00a0: %(reference)s.") % known,
        "",
        gettext("Pour la changer ou l’annuler, appelez le même numéro."),
        "",
        organization.name,
    ]
    short = (
        gettext("%(name)s\u00a0: réservation confirmée, %(when)s. Référence %(reference)s.") % known
    )
    return {"title": title, "text": "\n".join(lines) + "\n", "short": short}


def _name_alone(name: str) -> str:
    """A name a caller gave, which may go to somebody else: nothing in it leads anywhere."""
    return " ".join(_LEADING.sub(" ", one_line(name, _LONGEST_NAME)).split())


def spoken_moment(moment: datetime, locale: str, timezone: str) -> str:
    """`samedi 28 novembre 2026, 20:00`, on the clock of a place."""
    local = moment.astimezone(ZoneInfo(timezone))
    day = format_date(local, "full", locale=locale)
    return f"{day}, {format_time(local, 'short', locale=locale)}"
