from uuid import UUID

from fastapi import APIRouter

from allokoli.configurator.rehearsals import service
from allokoli.configurator.rehearsals.schemas import RehearsalRead
from allokoli.platform.access import Caller, Writer

router = APIRouter(prefix="/assistants/{assistant_id}/rehearsal", tags=["assistants"])


@router.get("")
async def get_rehearsal(assistant_id: UUID, caller: Caller) -> RehearsalRead:
    """How its simulated callers fared last."""
    return await service.get(caller, assistant_id)


@router.post("", status_code=202)
async def start_rehearsal(assistant_id: UUID, caller: Writer) -> RehearsalRead:
    """Let its simulated callers call again, in writing; one that is under way goes on."""
    return await service.start(caller, assistant_id)
