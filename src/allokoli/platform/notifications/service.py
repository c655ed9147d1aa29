from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs, mail
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.platform import text_messages
from allokoli.platform.accounts import service as accounts
from allokoli.platform.agenda.call_notes import agenda_lines
from allokoli.platform.assistants import repository as assistants
from allokoli.platform.calls import service as calls
from allokoli.platform.calls.models import Call
from allokoli.platform.calls.schemas import shown
from allokoli.platform.messages import repository as messages
from allokoli.platform.notifications import webhook
from allokoli.platform.notifications.call_summary import call_summary, short_summary
from allokoli.platform.organizations import service as organizations
from allokoli.vapi.errors import Uncertain


async def notify_call(identity: Identity, call_id: UUID) -> None:
    """Tell the owner what a call brought, once; nothing when the caller never spoke.

    By mail to the address the blueprint gives, or the owner's own; and, where the blueprint asks
    for them, by text message and to the owner's server, each by a job of its own.

    Args:
        identity: the organization's job.
        call_id: a call whose report was applied.

    Raises:
        NotFound: the call is gone.
    """
    from allokoli.platform.notifications import tasks

    async with session(identity) as opened:
        call = await calls.row_of(opened, call_id, lock=True)
        if call.notified_at is not None or not await _spoke(opened, call):
            return
        blueprint = await _blueprint(opened, call)
        wanted = _wanted(blueprint)
        await _mail(opened, identity, call, blueprint, wanted.get("email"))
        further = {"phone": tasks.notify_by_text, "webhook": tasks.notify_webhook}
        for job in (job for key, job in further.items() if key in wanted):
            await jobs.defer(opened, job, org_id=str(call.org_id), call_id=str(call.id))
        call.notified_at = clock.now()


async def notify_by_text(identity: Identity, call_id: UUID) -> None:
    """Write the owner a text message of a call, once, where a number of theirs can.

    Raises:
        NotFound: the call is gone.
        VoicePlatformFailed: it was not sent; to be tried again.
    """
    async with session(identity) as opened:
        call = await calls.row_of(opened, call_id, lock=True)
        blueprint = await _blueprint(opened, call)
        to = _wanted(blueprint).get("phone")
        by = await text_messages.sender(opened, call.org_id, call.assistant_id)
        if to is None or by is None or call.texted_at is not None:
            return
        organization = await organizations.get_organization(opened, identity)
        words = short_summary(call, blueprint, locale=organization.locale)
        access = await organizations.voice_platform_access(opened, identity)
        call.texted_at = clock.now()  # one that was perhaps sent is not sent again
    try:
        await text_messages.send(access, by, to=to, words=words)
    except Uncertain:
        return
    except Exception:
        async with session(identity) as opened:
            (await calls.row_of(opened, call_id)).texted_at = None
        raise


async def notify_webhook(identity: Identity, call_id: UUID) -> None:
    """POST a call to the server its assistant's blueprint names.

    Raises:
        NotFound: the call is gone.
        webhook.NotTaken: the server did not take it; to be tried again.
    """
    async with session(identity) as opened:
        call = await calls.row_of(opened, call_id)
        url = _wanted(await _blueprint(opened, call)).get("webhook")
        said = shown(call)
    if url is not None:
        await webhook.deliver(url, said)


async def _mail(
    opened: AsyncSession,
    identity: Identity,
    call: Call,
    blueprint: dict[str, Any] | None,
    address: str | None,
) -> None:
    organization = await organizations.get_organization(opened, identity)
    to = address or await accounts.owner_email(opened, identity)
    if to is None:
        return
    url = f"{get_settings().public_url}/{organization.locale}/calls/{call.id}"
    known = {"locale": organization.locale, "timezone": organization.timezone}
    agenda = await agenda_lines(opened, call.platform_id, **known)
    letter = call_summary(call, blueprint, url=url, agenda=agenda, **known)
    await mail.queue(opened, org_id=call.org_id, to=to, subject=letter.subject, text=letter.text)


async def _spoke(opened: AsyncSession, call: Call) -> bool:
    return any(message.role == "user" for message in await messages.of_call(opened, call.id))


async def _blueprint(opened: AsyncSession, call: Call) -> dict[str, Any] | None:
    if call.assistant_id is None:
        return None
    assistant = await assistants.assistant(opened, call.assistant_id)
    return assistant.blueprint if assistant else None


def _wanted(blueprint: dict[str, Any] | None) -> dict[str, str]:
    """Where the blueprint asks to be told: `email`, `phone`, `webhook`."""
    notify = (blueprint or {}).get("notify") or {}
    return {key: value for key, value in notify.items() if isinstance(value, str) and value}
