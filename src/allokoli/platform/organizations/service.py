from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.core.security import vault
from allokoli.core.security.api_keys import ApiKey, create_key
from allokoli.core.settings import get_settings
from allokoli.platform.language_models.repository import own_model
from allokoli.platform.organizations import repository
from allokoli.platform.organizations.models import Membership, Organization, VoicePlatformRow
from allokoli.platform.organizations.schemas import ApiKeyCreate, OrganizationUpdate
from allokoli.vapi.regions import Access, cloud_access, engine_access


async def found(
    opened: AsyncSession, *, org_id: UUID, owner_id: UUID, name: str, locale: str
) -> Organization:
    """Found an organization with its owner and the built-in voice platform.

    Args:
        opened: a session whose identity is the owner in this organization.
        org_id: its id, chosen by the caller so that the identity can carry it.
        owner_id: a user that exists.
        name: for people.
        locale: language of its mails.
    """
    organization = Organization(
        id=org_id, name=name, locale=locale, timezone="Europe/Paris", created_at=clock.now()
    )
    opened.add(organization)
    await opened.flush()
    opened.add(Membership(org_id=org_id, user_id=owner_id, role="owner"))
    _, key = await create_key(opened, org_id, repository.PLATFORM_KEY_NAME, "private")
    _, secret = await create_key(opened, org_id, repository.PLATFORM_KEY_NAME, "server")
    opened.add(
        VoicePlatformRow(
            org_id=org_id,
            kind="engine",
            key_sealed=vault.seal(key),
            key_preview=vault.preview(key),
            server_secret_sealed=vault.seal(secret),
        )
    )
    await opened.flush()
    return organization


async def get_organization(opened: AsyncSession, identity: Identity) -> Organization:
    organization = await repository.organization(opened, identity.organization)
    if organization is None:
        raise NotFound("Cette organisation n’existe plus.")
    return organization


async def update_organization(
    opened: AsyncSession, identity: Identity, changes: OrganizationUpdate
) -> Organization:
    organization = await get_organization(opened, identity)
    for name, value in changes.model_dump(exclude_none=True).items():
        setattr(organization, name, value)
    await opened.flush()
    return organization


async def voice_platform(opened: AsyncSession, identity: Identity) -> VoicePlatformRow:
    """The voice platform in use, its secrets sealed."""
    row = await repository.voice_platform(opened, identity.organization)
    if row is None:
        raise NotFound("Aucune plateforme vocale n’est configurée.")
    return row


async def voice_platform_access(opened: AsyncSession, identity: Identity) -> Access:
    """How to reach the voice platform, with its secrets open: never leaves the process."""
    row = await voice_platform(opened, identity)
    key, secret = vault.unseal(row.key_sealed), vault.unseal(row.server_secret_sealed)
    if row.kind == "engine":
        access = engine_access(get_settings().engine_internal_url, key, secret)
    else:
        access = cloud_access(row.kind, key, secret)
    return replace(access, model=await own_model(opened, identity.organization))


async def list_api_keys(opened: AsyncSession) -> Sequence[ApiKey]:
    return await repository.api_keys(opened)


async def create_api_key(
    opened: AsyncSession, identity: Identity, wanted: ApiKeyCreate
) -> tuple[ApiKey, str]:
    """Make a key for people; the text of the key cannot be read again."""
    return await create_key(opened, identity.organization, wanted.name, wanted.kind)


async def revoke_api_key(opened: AsyncSession, key_id: UUID) -> ApiKey:
    """Stop accepting a key, at once."""
    key = await repository.api_key(opened, key_id)
    if key is None:
        raise NotFound("Cette clé n’existe pas.")
    key.revoked_at = clock.now()
    await opened.flush()
    return key
