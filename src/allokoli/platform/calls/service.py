from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import storage
from allokoli.core.database import session
from allokoli.core.errors import Conflict, NotFound
from allokoli.core.i18n import mark
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.platform.assistants import repository as assistants
from allokoli.platform.assistants.models import ASSISTANTS
from allokoli.platform.calls import applying, repository
from allokoli.platform.calls.models import ENDED, TEXT, Call
from allokoli.platform.calls.schemas import (
    CallCreate,
    CallDetail,
    CallFilters,
    CallRead,
    detailed,
    shown,
)
from allokoli.platform.messages import repository as messages
from allokoli.platform.organizations import service as organizations
from allokoli.platform.pagination import Page
from allokoli.platform.phone_numbers import service as phone_numbers
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.regions import Access
from allokoli.vapi.server_messages import mapping, text

# Vapi's literal for a call the platform lost.
LOST = "call.in-progress.error-vapifault-worker-died"
MISSING = mark("Cet appel n’existe pas ou n’existe plus.")


async def list_calls(
    opened: AsyncSession, filters: CallFilters, *, cursor: str | None = None, limit: int = 50
) -> Page[CallRead]:
    """The organization's calls, newest first."""
    rows, next_cursor = await repository.page(opened, filters, cursor, limit)
    return Page(data=[shown(row) for row in rows], next_cursor=next_cursor)


async def get_call(opened: AsyncSession, call_id: UUID) -> CallDetail:
    """One call, by our id or the platform's, with what was said.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await row_of(opened, call_id)
    return detailed(row, list(await messages.of_call(opened, row.id)))


async def create_call(identity: Identity, wanted: CallCreate) -> CallDetail:
    """Start a call: in writing, from the browser, or by phone.

    Raises:
        NotFound: no such assistant or phone number.
        AlloKoliError: the platform's failure or refusal.
    """
    async with session(identity) as opened:
        body = await _body(opened, wanted)
        access = await organizations.voice_platform_access(opened, identity)
    path = "call/web" if wanted.transport and wanted.transport.provider != TEXT else "call"
    async with VoicePlatform(access) as platform:
        described = await platform.act(path, body)
    async with session(identity) as opened:
        described = {"assistantId": body["assistantId"], **described}
        row = await applying.known_call(opened, identity.organization, described)
        if row is None:
            raise NotFound(MISSING)
        await applying.report(opened, row, described)
        await applying.tell(opened, row, "status-update")
        await opened.refresh(row)
        said = list(await messages.of_call(opened, row.id))
        return detailed(row, said, text(described.get("webCallUrl")))


async def end_call(identity: Identity, call_id: UUID) -> CallDetail:
    """Hang up; a call that has ended stays as it is.

    Raises:
        NotFound: none, or another organization's.
        AlloKoliError: the platform's failure.
    """
    async with session(identity) as opened:
        row = await row_of(opened, call_id)
        access = await organizations.voice_platform_access(opened, identity)
    if row.status != ENDED:
        async with VoicePlatform(access) as platform:
            described = await platform.get("call", row.platform_id)
            control = text(mapping(described.get("monitor")).get("controlUrl"))
            if described.get("status") != ENDED and control:
                await platform.act_at(reachable(control, access), {"type": "end-call"})
        await pull(identity, row)
    async with session(identity) as opened:
        return await get_call(opened, row.id)


async def delete_call(identity: Identity, call_id: UUID) -> CallDetail:
    """Delete a call that has ended, here and at the platform, with its recording.

    Raises:
        NotFound: none, or another organization's.
        Conflict: the call is still running.
        AlloKoliError: the platform's failure; the call stays.
    """
    async with session(identity) as opened:
        gone = await get_call(opened, call_id)
        row = await row_of(opened, call_id)
        access = await organizations.voice_platform_access(opened, identity)
    if row.status != ENDED:
        raise Conflict("Cet appel est en cours : terminez-le avant de le supprimer.")
    async with VoicePlatform(access) as platform:
        await platform.delete("call", row.platform_id)
    if row.recording_key:
        await storage.delete(row.recording_key)
    async with session(identity) as opened:
        await opened.delete(await row_of(opened, row.id))
    return gone


async def pull(identity: Identity, row: Call) -> None:
    """Read a call again from the platform, ahead of its server messages.

    Raises:
        AlloKoliError: the platform's failure.
    """
    async with session(identity) as opened:
        access = await organizations.voice_platform_access(opened, identity)
    async with VoicePlatform(access) as platform:
        described = await platform.get("call", row.platform_id)
    async with session(identity) as opened:
        locked = await applying.known_call(opened, identity.organization, described)
        # Once the report has been applied nothing is more complete.
        if locked is not None and locked.reported_at is None:
            await applying.report(opened, locked, described)
            await applying.tell(opened, locked, "status-update")


async def reconcile(identity: Identity, call_id: UUID) -> None:
    """Ask the platform about a call that has long been silent here, and conclude one that is over.

    Raises:
        AlloKoliError: the platform's failure; to be asked again.
    """
    async with session(identity) as opened:
        row = await row_of(opened, call_id)
        access = await organizations.voice_platform_access(opened, identity)
    try:
        async with VoicePlatform(access) as platform:
            described = await platform.get("call", row.platform_id)
    except NotFound:
        described = {"status": ENDED, "endedReason": LOST}
    async with session(identity) as opened:
        locked = await row_of(opened, call_id, lock=True)
        if described.get("status") == ENDED and locked.reported_at is None:
            await applying.report(opened, locked, described)
            await applying.conclude(opened, locked, described)
            await applying.tell(opened, locked, "status-update")


async def row_of(opened: AsyncSession, call_id: UUID, *, lock: bool = False) -> Call:
    """The row of a call, by our id or the platform's.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await repository.call(opened, call_id, lock=lock)
    if row is None:
        raise NotFound(MISSING)
    return row


def reachable(url: str, access: Access) -> str:
    """An address the platform gave, as this machine reaches it: the engine's directly."""
    settings = get_settings()
    if access.kind == "engine" and url.startswith(settings.engine_public_url + "/"):
        return settings.engine_internal_url + url.removeprefix(settings.engine_public_url)
    return url


async def _body(opened: AsyncSession, wanted: CallCreate) -> dict[str, Any]:
    """Vapi's CreateCallDTO."""
    assistant = await assistants.assistant(opened, wanted.assistant_id)
    if assistant is None or assistant.platform_id is None:
        raise NotFound(ASSISTANTS.missing)
    body: dict[str, Any] = {"assistantId": assistant.platform_id}
    if wanted.assistant_overrides:
        body["assistantOverrides"] = wanted.assistant_overrides
    if wanted.transport is not None:
        if wanted.transport.provider == TEXT:
            body["transport"] = {"provider": TEXT}
        return body
    if wanted.phone_number_id is not None and wanted.customer is not None:
        number = await phone_numbers.get_phone_number(opened, wanted.phone_number_id)
        body["phoneNumberId"] = number.platform_id
        body["customer"] = wanted.customer.model_dump(exclude_none=True)
    return body
