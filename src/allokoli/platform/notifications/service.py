from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, mail
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.platform.accounts import service as accounts
from allokoli.platform.agenda.call_notes import agenda_lines
from allokoli.platform.assistants import repository as assistants
from allokoli.platform.calls import service as calls
from allokoli.platform.calls.models import Call
from allokoli.platform.messages import repository as messages
from allokoli.platform.notifications.call_summary import call_summary
from allokoli.platform.organizations import service as organizations


async def notify_call(identity: Identity, call_id: UUID) -> None:
    """Mail the owner what a call brought, once; nothing when the caller never spoke.

    Args:
        identity: the organization's job.
        call_id: a call whose report was applied.

    Raises:
        NotFound: the call is gone.
    """
    async with session(identity) as opened:
        call = await calls.row_of(opened, call_id, lock=True)
        if call.notified_at is not None or not await _spoke(opened, call):
            return
        organization = await organizations.get_organization(opened, identity)
        blueprint = await _blueprint(opened, call)
        to = _wanted_address(blueprint) or await accounts.owner_email(opened, identity)
        if to is None:
            return
        url = f"{get_settings().public_url}/{organization.locale}/calls/{call.id}"
        known = {"locale": organization.locale, "timezone": organization.timezone}
        agenda = await agenda_lines(opened, call.platform_id, **known)
        letter = call_summary(call, blueprint, url=url, agenda=agenda, **known)
        await mail.queue(
            opened, org_id=call.org_id, to=to, subject=letter.subject, text=letter.text
        )
        call.notified_at = clock.now()


async def _spoke(opened: AsyncSession, call: Call) -> bool:
    return any(message.role == "user" for message in await messages.of_call(opened, call.id))


async def _blueprint(opened: AsyncSession, call: Call) -> dict[str, Any] | None:
    if call.assistant_id is None:
        return None
    assistant = await assistants.assistant(opened, call.assistant_id)
    return assistant.blueprint if assistant else None


def _wanted_address(blueprint: dict[str, Any] | None) -> str | None:
    notify = (blueprint or {}).get("notify") or {}
    address = notify.get("email")
    return address if isinstance(address, str) and address else None
