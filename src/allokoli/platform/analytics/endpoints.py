from fastapi import APIRouter

from allokoli.core.database import session
from allokoli.platform.access import Caller
from allokoli.platform.analytics import service
from allokoli.platform.analytics.schemas import Overview

router = APIRouter(prefix="/analytics", tags=["analytics"])


@router.get("/overview")
async def get_overview(caller: Caller) -> Overview:
    async with session(caller) as opened:
        return await service.overview(opened, caller)
