from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.assistants import repository as assistants
from allokoli.platform.organizations import service as organizations
from allokoli.platform.pagination import Page
from allokoli.platform.phone_numbers import repository
from allokoli.platform.phone_numbers.models import PhoneNumber
from allokoli.platform.phone_numbers.schemas import PhoneNumberRead
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.server_messages import text

_RESOURCE = "phone-number"
_ANSWERERS = ("assistantId", "squadId", "workflowId")
_log = structlog.get_logger()


class Attached(NamedTuple):
    """A number that rings an assistant: its id at the platform, and in E.164."""

    platform_id: str
    number: str | None


async def list_phone_numbers(
    identity: Identity, *, cursor: str | None = None, limit: int = 50
) -> Page[PhoneNumberRead]:
    """The organization's numbers, as the voice platform has them now, or as last known when it
    cannot be reached."""
    if cursor is None:
        try:
            await pull(identity)
        except AlloKoliError as error:
            _log.warning("phone_numbers_not_pulled", code=error.code)
    async with session(identity) as opened:
        rows, next_cursor = await repository.page(opened, cursor, limit)
        data = [PhoneNumberRead.model_validate(row) for row in rows]
    return Page(data=data, next_cursor=next_cursor)


async def get_phone_number(opened: AsyncSession, number_id: UUID) -> PhoneNumber:
    """One number.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await repository.phone_number(opened, number_id)
    if row is None:
        raise NotFound("Ce numéro n’existe pas.")
    return row


async def pull(identity: Identity) -> None:
    """Read the platform's numbers into our table.

    Raises:
        AlloKoliError: the platform's failure; the table is as before.
    """
    async with session(identity) as opened:
        access = await organizations.voice_platform_access(opened, identity)
    async with VoicePlatform(access, total_s=5) as platform:
        found = await platform.list(_RESOURCE)
    async with session(identity) as opened:
        rows = [await _columns(opened, number) for number in found if text(number.get("id"))]
        await repository.replace_all(opened, identity.organization, rows)


async def attach_free_number(
    identity: Identity, platform: VoicePlatform, assistant_id: UUID, assistant_platform_id: str
) -> Attached | None:
    """Make a number that nobody answers ring this assistant.

    Args:
        identity: whose numbers.
        platform: an open client.
        assistant_id: our id.
        assistant_platform_id: its id at the platform.

    Returns:
        The number; the one it already has when there is one; None when none is free.
    """
    numbers = await platform.list(_RESOURCE)
    own = [one for one in numbers if one.get("assistantId") == assistant_platform_id]
    free = [one for one in numbers if not any(one.get(name) for name in _ANSWERERS)]
    for number in [*own, *free]:
        platform_id = text(number.get("id"))
        if platform_id is None or number.get("status") not in {None, "active"}:
            continue
        attached = await platform.update(
            _RESOURCE, platform_id, {"assistantId": assistant_platform_id}
        )
        async with session(identity) as opened:
            row = {**await _columns(opened, number), "assistant_id": assistant_id}
            await repository.upsert(opened, identity.organization, row)
        return Attached(platform_id, text(attached.get("number")) or text(number.get("number")))
    return None


async def release_number(identity: Identity, platform: VoicePlatform, platform_id: str) -> None:
    """Make a number ring nobody again."""
    await platform.update(_RESOURCE, platform_id, {"assistantId": None})
    async with session(identity) as opened:
        row = await repository.by_platform_id(opened, platform_id)
        if row is not None:
            row.assistant_id = None


async def _columns(opened: AsyncSession, number: dict[str, Any]) -> dict[str, Any]:
    answering = text(number.get("assistantId"))
    assistant = await assistants.by_platform_id(opened, answering) if answering else None
    return {
        "platform_id": number["id"],
        "number": text(number.get("number")),
        "name": text(number.get("name")),
        "provider": text(number.get("provider")),
        "status": text(number.get("status")),
        "assistant_id": assistant.id if assistant else None,
    }
