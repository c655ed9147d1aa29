from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.security.api_keys import ApiKey
from allokoli.platform.organizations.models import Membership, Organization, VoicePlatformRow


async def organization(opened: AsyncSession, org_id: UUID) -> Organization | None:
    return await opened.get(Organization, org_id)


async def membership(opened: AsyncSession, org_id: UUID, user_id: UUID) -> Membership | None:
    return await opened.get(Membership, (org_id, user_id))


async def voice_platform(opened: AsyncSession, org_id: UUID) -> VoicePlatformRow | None:
    return await opened.get(VoicePlatformRow, org_id)


async def api_keys(opened: AsyncSession) -> Sequence[ApiKey]:
    """The keys people made and still use; the one the engine holds for us is not theirs."""
    query = (
        select(ApiKey)
        .where(ApiKey.revoked_at.is_(None), ApiKey.kind != "server")
        .where(ApiKey.name != PLATFORM_KEY_NAME)
        .order_by(ApiKey.created_at.desc())
    )
    return (await opened.scalars(query)).all()


async def api_key(opened: AsyncSession, key_id: UUID) -> ApiKey | None:
    return next((key for key in await api_keys(opened) if key.id == key_id), None)


# The key our own platform uses at the engine; people cannot take this name (it has a line break).
PLATFORM_KEY_NAME = "AlloKoli\nplatform"
