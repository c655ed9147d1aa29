from uuid import UUID

from fastapi import APIRouter

from allokoli.core.database import session
from allokoli.platform.access import Admin, Caller
from allokoli.platform.organizations import service
from allokoli.platform.organizations.schemas import (
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyRead,
    OrganizationRead,
    OrganizationUpdate,
    VoicePlatformRead,
)

router = APIRouter()


@router.get("/organization", tags=["organization"])
async def get_organization(caller: Caller) -> OrganizationRead:
    async with session(caller) as opened:
        return OrganizationRead.model_validate(await service.get_organization(opened, caller))


@router.patch("/organization", tags=["organization"])
async def update_organization(changes: OrganizationUpdate, caller: Admin) -> OrganizationRead:
    async with session(caller) as opened:
        changed = await service.update_organization(opened, caller, changes)
        return OrganizationRead.model_validate(changed)


@router.get("/organization/voice-platform", tags=["organization"])
async def get_voice_platform(caller: Caller) -> VoicePlatformRead:
    async with session(caller) as opened:
        return VoicePlatformRead.model_validate(await service.voice_platform(opened, caller))


@router.get("/api-keys", tags=["api keys"])
async def list_api_keys(caller: Admin) -> list[ApiKeyRead]:
    async with session(caller) as opened:
        return [ApiKeyRead.model_validate(key) for key in await service.list_api_keys(opened)]


@router.post("/api-keys", status_code=201, tags=["api keys"])
async def create_api_key(wanted: ApiKeyCreate, caller: Admin) -> ApiKeyCreated:
    async with session(caller) as opened:
        made, key = await service.create_api_key(opened, caller, wanted)
        return ApiKeyCreated(**ApiKeyRead.model_validate(made).model_dump(), key=key)


@router.delete("/api-keys/{key_id}", tags=["api keys"])
async def revoke_api_key(key_id: UUID, caller: Admin) -> ApiKeyRead:
    async with session(caller) as opened:
        return ApiKeyRead.model_validate(await service.revoke_api_key(opened, key_id))
