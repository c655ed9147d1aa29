from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.security import vault
from allokoli.platform.language_models.models import LanguageModel
from allokoli.vapi.regions import OwnModel


async def language_model(
    opened: AsyncSession, org_id: UUID, *, lock: bool = False
) -> LanguageModel | None:
    return await opened.get(LanguageModel, org_id, with_for_update=lock or None)


async def own_model(opened: AsyncSession, org_id: UUID) -> OwnModel | None:
    """The organization's model with its key open: never leaves the process but to be used."""
    row = await language_model(opened, org_id)
    if row is None:
        return None
    key = vault.unseal(row.key_sealed) if row.key_sealed else ""
    return OwnModel(row.url, row.name, row.wait_s, key)
