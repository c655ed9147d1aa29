"""Written confirmations of bookings: asked for in a call, sent by a job, once."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import jobs, mail
from allokoli.core.database import session
from allokoli.core.i18n import translator
from allokoli.core.identity import Identity
from allokoli.platform.agenda import calendar_text, repository
from allokoli.platform.agenda.models import Booking, Channel, Confirmation
from allokoli.platform.assistants import repository as assistants
from allokoli.platform.organizations import service as organizations
from allokoli.platform.organizations.models import Organization
from allokoli.platform.phone_numbers import repository as phone_numbers
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.errors import Uncertain
from allokoli.vapi.regions import Access

MOST_OF_A_BOOKING = 3
_LOOKED_AT = 100
_TOTAL_S = 10.0


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
    if channel == "sms" and await _sender(opened, row) is None:
        return "no_number"
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
        sender = await _sender(opened, row)
        access = await organizations.voice_platform_access(opened, identity)
    if sender is None:
        await _mark(identity, confirmation_id, "failed")
        return
    await _text(identity, confirmation_id, access, {**sender, "to": made.recipient, **words})


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
    identity: Identity, confirmation_id: UUID, access: Access, message: dict[str, Any]
) -> None:
    """Have the voice platform send a text message, as Vapi writes it: a chat whose first words
    are ours."""
    body = {
        "assistantId": message["assistant"],
        "input": message["short"],
        "transport": {
            "type": "twilio.sms",
            "phoneNumberId": message["number"],
            "customer": {"number": message["to"]},
            "useLLMGeneratedMessageForOutbound": False,
        },
    }
    try:
        async with VoicePlatform(access, total_s=_TOTAL_S) as platform:
            await platform.create("chat", body)
    except Uncertain:
        return
    except Exception:
        await _mark(identity, confirmation_id, "queued")
        raise


async def _mark(identity: Identity, confirmation_id: UUID, status: Any) -> None:
    async with session(identity) as opened:
        made = await repository.confirmation(opened, confirmation_id)
        if made is not None:
            made.status = status


async def _sender(opened: AsyncSession, row: Booking) -> dict[str, str] | None:
    """The number that text messages leave from, and its assistant, at the voice platform.

    Vapi's cloud sends them from a number of Twilio's; the built-in engine sends none by itself.
    """
    platform = await organizations.voice_platform(opened, Identity.job(row.org_id))
    if platform.kind == "engine" or row.assistant_id is None:
        return None
    assistant = await assistants.assistant(opened, row.assistant_id)
    if assistant is None or assistant.platform_id is None:
        return None
    numbers, _ = await phone_numbers.page(opened, None, _LOOKED_AT)
    usable = [one for one in numbers if one.provider == "twilio" and one.number]
    usable.sort(key=lambda one: one.assistant_id != row.assistant_id)
    if not usable:
        return None
    return {"assistant": assistant.platform_id, "number": usable[0].platform_id}


def _words(row: Booking, organization: Organization, locale: str) -> dict[str, str]:
    gettext = translator(locale).gettext
    when = spoken_moment(row.starts_at, locale, organization.timezone)
    known = {"name": organization.name, "when": when, "reference": row.reference}
    title = gettext("%(name)s\u00a0: votre réservation du %(when)s") % known
    lines = [
        gettext("Bonjour,"),
        "",
        gettext("Votre réservation est confirmée\u00a0: %(when)s, au nom de %(person)s.")
        % {**known, "person": row.name},
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


def spoken_moment(moment: datetime, locale: str, timezone: str) -> str:
    """`samedi 28 novembre 2026, 20:00`, on the clock of a place."""
    local = moment.astimezone(ZoneInfo(timezone))
    day = format_date(local, "full", locale=locale)
    return f"{day}, {format_time(local, 'short', locale=locale)}"
